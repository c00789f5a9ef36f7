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
