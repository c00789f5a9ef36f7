import Foundation
import SpecEngines
import Synchronization
import Testing

/// Many streams at once.
@Suite struct StreamLoadTests {
  @Test func sixtyFourStreamsLoseNothing() throws {
    let count = 64
    let server = try PlayedEngine.server { $0.drafts = 4 }
    let answers = Mutex<[Int: ServerAnswer]>([:])
    let ended = DispatchSemaphore(value: 0)
    for index in 0..<count {
      Thread.detachNewThread {
        defer { ended.signal() }
        let order = CompletionOrder(prompt: ServerPrompt(ids: [index, 1], text: ""), maximumNewTokens: 100)
        guard let client = try? ServerClient(address: ServerAddress(localPort: server.port)),
          let answer = try? LlamaServer().complete(order, Server(client: client), shouldStop: { false })
        else { return }
        answers.withLock { $0[index] = answer }
      }
    }
    for _ in 0..<count { ended.wait() }
    let all = answers.withLock { $0 }
    #expect(all.count == count)
    for (index, answer) in all { #expect(answer.ids == PlayedEngine.answer(to: [index, 1], count: 100)) }
  }
}
