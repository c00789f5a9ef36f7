import Foundation
import SpecFiles
import SpecTestSupport
import Testing

/// The server as a user starts and ends it.
@Suite final class ServeTests: ProgramTests {
  /// Starts a server at a free port, in a folder of its own.
  private func serve(_ arguments: [String], environment: [String: String] = [:]) throws -> (RunningProgram, port: Int) {
    let output = scratch.path("output-\(UUID().uuidString)")
    let program = try RunningProgram(
      ["serve", "--model", model.directory, "--port", "0"] + arguments,
      in: scratch,
      under: ["/bin/sh", "-c", "exec \"$0\" \"$@\" > '\(output)'"],
      environment: environment
    )
    try program.wait { ((try? String(contentsOfFile: output, encoding: .utf8)) ?? "").hasSuffix("\n") }
    let text = try String(contentsOfFile: output, encoding: .utf8)
    let address = text.components(separatedBy: "http://127.0.0.1:").last ?? ""
    return (program, try #require(Int(address.prefix { $0.isNumber }), "\(text)"))
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func aSignalEndsIt(number: Int32, code: Int32) throws {
    let (program, port) = try serve(["--decoder", "kangaroo:threshold=0.1", "--decoder", "medusa"])
    let body = #"{"prompt": "abc", "max_tokens": 8, "ignore_eos": true, "return_token_ids": true"#
    let first = try PlainHTTPClient.ask(port, "POST", "/v1/completions", body + "}")
    let vanilla = try PlainHTTPClient.ask(port, "POST", "/v1/completions", body + #", "decoder": "vanilla"}"#)
    #expect(first.status == 200 && first.text.contains(#""decoder": "kangaroo:exit=2,steps=6,threshold=0.1"#))
    func ids(_ answer: PlainHTTPClient.Answer) -> String? {
      answer.text.components(separatedBy: #""token_ids": ["#).dropFirst().first?.components(separatedBy: "]").first
    }
    #expect(ids(first) != nil && ids(first) == ids(vanilla))
    program.send(number)
    #expect(program.end(within: 20) == code)
    #expect(try program.errors.hasSuffix("Stopped serving.\n"))
  }

  @Test(arguments: ["llama-server", "vllm"])
  func clientsAtOnceAreMeasured(dialect: String) throws {
    let (vanilla, first) = try serve([])
    let (method, second) = try serve(["--decoder", "prompt-lookup"])
    let questions = (1...8).map {
      #"{"question_id": \#($0), "category": "qa", "turns": ["Why \#($0)?", "And \#($0)?"]}"#
    }
    try scratch.write(questions.joined(separator: "\n") + "\n", to: "question.jsonl")
    let servers = "\(dialect):url=http://127.0.0.1:\(first),\(dialect):url=http://127.0.0.1:\(second),name=lookup"
    let result = try Program.run(
      [
        "run", "--model", model.directory, "--chat-template", "vicuna", "--suite", scratch.folder.path, "--database",
        scratch.path("db.sqlite"), "--report", scratch.path("report.md"), "--decoders", servers, "--max-new-tokens",
        "8", "--concurrency", "8,1,4",
      ]
    )
    #expect(result.status == 0, "\(result.errors)")
    let report = try scratch.read("report.md")
    let rows =
      report.components(separatedBy: "## By concurrency").last?.components(separatedBy: "\n## ").first?
      .split(separator: "\n").filter { $0.hasPrefix("| vanilla") || $0.hasPrefix("| lookup") } ?? []
    #expect(rows.count == 6 && rows.allSatisfy { $0.contains("0 of 16") }, "\(rows)")
    for program in [vanilla, method] {
      program.send(SIGTERM)
      #expect(program.end(within: 20) == 143)
    }
  }

  @Test func ownDecodersTakeOnePromptAtATime() throws {
    let own = ["run", "--model", model.directory, "--database", scratch.path("db.sqlite"), "--concurrency", "1,4"]
    let server = "medusa,llama-server:url=http://127.0.0.1:1"
    for arguments in [own, own + ["--decoders", server]] {
      let result = try Program.run(arguments)
      #expect(result.status == 64 && result.errors.contains("--concurrency is for servers"), "\(result.errors)")
    }
    let none = try Program.run(["run", "--decoders", "openai:url=http://127.0.0.1:1", "--concurrency", "0"])
    #expect(none.status == 64 && none.errors.contains("choose numbers of requests from 1"), "\(none.errors)")
  }

  @Test func whatCannotBeServedIsTold() throws {
    let unset = try Program.run(["serve", "--model", model.directory, "--api-key-env", "SPECBENCH_NO_SUCH_KEY"])
    #expect(unset.status == 64 && unset.errors.contains("which is not set; export the key"), "\(unset.errors)")
    let decoder = try Program.run(["serve", "--model", model.directory, "--decoder", "oracle"])
    #expect(decoder.status == 2 && decoder.errors.contains("there is no method 'oracle'"), "\(decoder.errors)")
    let (program, port) = try serve(["--api-key-env", "SPECBENCH_KEY"], environment: ["SPECBENCH_KEY": "secret"])
    #expect(try PlainHTTPClient.ask(port, "GET", "/v1/models").status == 401)
    let taken = try Program.run(["serve", "--model", model.directory, "--port", "\(port)"])
    #expect(taken.status == 2 && taken.errors.contains("127.0.0.1:\(port): the server cannot listen there"))
    #expect(try !program.errors.contains("secret"))
  }
}
