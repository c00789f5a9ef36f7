import Foundation
import SpecFiles
import SpecTestSupport
import Testing

/// What is not right gets its status and one sentence, and the server goes on.
@Suite struct RefusalTests {
  private func check(_ answer: PlainHTTPClient.Answer, _ status: Int, _ words: String) {
    let message = answer.json["error.message"].text ?? ""
    #expect(answer.status == status && message.contains(words), "\(answer.status): \(answer.text)")
    #expect(!message.contains("\n"))
  }

  @Test(arguments: [
    (#"{"prompt": "a", "max_tokens": 0}"#, 400, "\"max_tokens\" is 0; ask for at least one token"),
    (#"{"prompt": "a", "max_tokens": "9"}"#, 400, "expected an integer"),
    (#"{"prompt": "a", "max_tokens": 99999999999999999999}"#, 400, "expected an integer"),
    (#"{"prompt": "a", "temperature": -1}"#, 400, "\"temperature\" is -1.0"),
    (#"{"prompt": "a", "temperature": 1e999}"#, 400, "the request's body"),
    (#"{"prompt": "a", "top_p": 0}"#, 400, "above 0"), (#"{"prompt": "a", "top_k": -2}"#, 400, "top_k"),
    (#"{"prompt": "a", "n": 2}"#, 400, "\"n\" is 2, which is not supported"),
    (#"{"prompt": "a", "frequency_penalty": 1e30}"#, 400, "not supported"),
    (#"{"prompt": "a", "echo": true}"#, 400, "echo"), (#"{"prompt": "a", "tools": [1]}"#, 400, "tools"),
    (#"{"prompt": "a", "stop": ["", "b"]}"#, 400, "none of them empty"),
    (#"{"prompt": "a", "stop": 3}"#, 400, "expected a string"),
    (#"{"prompt": "a", "logprobs": 21}"#, 400, "from 0 to 20"),
    (#"{"prompt": "a", "model": "other"}"#, 404, "there is no model \"other\""),
    (#"{"prompt": "a", "decoder": "prophet"}"#, 404, "the server has no decoder \"prophet\""),
    (#"{"prompt": ""}"#, 400, "no tokens"), (#"{"prompt": []}"#, 400, "no tokens"),
    (#"{"prompt": ["a", "b"]}"#, 400, "2 prompts"), (#"{"prompt": [1, 999]}"#, 400, "outside the vocabulary of 259"),
    (#"{"prompt": [1, -1]}"#, 400, "outside the vocabulary"), (#"{"prompt": [1, 4294967296]}"#, 400, "a token id"),
    (#"{"prompt": {"text": 1}}"#, 400, "expected a string"), (#"{}"#, 400, "no \"prompt\""),
    (#"[1]"#, 400, "expected a JSON object"), ("", 400, "the request's body is an empty file"),
    (#"{"prompt": "a""#, 400, "column"),
    (String(repeating: "[", count: 100_000), 400, "the request's body"), (#"{"prompt": "\ud800"}"#, 400, "line 1"),
  ])
  func aBadRequestIsToldInASentence(body: String, status: Int, words: String) throws {
    let server = try Self.shared.get()
    check(try PlainHTTPClient.ask(server.port, "POST", "/v1/completions", body), status, words)
  }

  /// Servers that only refuse can be shared.
  private static let shared = Result { try RunningServer(bodyLimit: 1 << 20) }

  @Test func aPromptBeyondTheContextIsCounted() throws {
    let server = try Self.shared.get()
    let answer = try server.post("/completion", ["prompt": .text(String(repeating: "a", count: 3000))])
    check(answer, 400, "3000 tokens")
    #expect(answer.json["error.n_prompt_tokens"].whole == 3000 && answer.json["error.n_ctx"].whole == 2048)
  }

  @Test func pathsMethodsAndSizes() throws {
    let server = try Self.shared.get()
    check(try server.get("/v2"), 404, "there is no \"/v2\" here")
    let wrong = try server.get("/v1/completions")
    check(wrong, 405, "takes POST")
    #expect(wrong.headers["allow"] == "POST")
    let large: JSONValue = ["prompt": .text(String(repeating: "a", count: 2 << 20))]
    check(try server.post("/v1/completions", large), 413, "more than 1048576 bytes")
    let chunked = try PlainHTTPClient(port: server.port)
    try chunked.send("POST /v1/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in 0..<3 { try chunked.send("80000\r\n" + String(repeating: "b", count: 0x80000) + "\r\n") }
    try chunked.send("0\r\n\r\n")
    check(try chunked.answer(), 413, "more than 1048576 bytes")
    let waiting = try PlainHTTPClient(port: server.port)
    try waiting.send("POST /tokenize HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\nExpect: 100-continue\r\n\r\n")
    #expect(try waiting.waits(for: "100 Continue"))
    try waiting.send(#"{"content":"a"}"#)
    #expect(try waiting.answer().json == ["tokens": .array([.integer(100)])])
  }

  @Test func messagesThatHaveNoPlace() throws {
    let server = try Self.shared.get()
    let path = "/v1/chat/completions"
    check(try server.post(path, ["messages": .array([])]), 400, "\"messages\" is empty")
    check(try server.post(path, ["prompt": "a"]), 400, "no \"messages\"")
    check(try server.post(path, ["messages": .array([["role": "cat", "content": "a"]])]), 400, "expected one of")
    check(
      try server.post(path, ["messages": .array([["role": "system", "content": "a"]])]),
      400,
      "no place for a system message"
    )
    let bare = try RunningServer(chat: nil)
    check(try bare.post(path, ["messages": .array([["role": "user", "content": "a"]])]), 400, "has no chat template")
  }

  @Test func aKeyIsAskedFor() throws {
    let server = try RunningServer(key: "secret")
    check(try server.get("/v1/models"), 401, "the API key is missing or wrong")
    check(try server.get("/v1/models", headers: ["Authorization": "Bearer secreT"]), 401, "API key")
    #expect(try server.get("/v1/models", headers: ["Authorization": "Bearer secret"]).status == 200)
    #expect(try server.get("/health").status == 200)
  }

  @Test func whatIsNoHTTPHarmsNothing() throws {
    let server = try Self.shared.get()
    for text in [
      "\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "POST /v1/completions HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ] {
      let client = try PlainHTTPClient(port: server.port)
      try client.send(text)
      #expect(try client.answer().status == 400)
    }
    for text in ["", "POST /v1/comp", "POST /v1/completions HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"] {
      let client = try PlainHTTPClient(port: server.port)
      try client.send(text)
    }
    #expect(try server.get("/health").json == ["status": "ok"])
  }

  @Test func pagesTellWhatServes() throws {
    let server = try Self.shared.get()
    let models = try server.get("/v1/models").json["data"].list.compactMap { $0["id"].text }
    #expect(models == [server.modelName] + RunningServer.methods.map { "\(server.modelName):\($0)" })
    #expect(try server.get("/version").json["version"] == "1.2.3")
    let properties = try server.get("/props").json
    #expect(properties["default_generation_settings.n_ctx"].whole == 2048 && properties["eos_token"] == "</s>")
    #expect(try server.get("/slots").json["0.speculative"] == false)
    let pieces = try server.post("/tokenize", ["content": "é</s>", "with_pieces": true]).json["tokens"]
    #expect(pieces["0.piece"] == .array([.integer(0xC3)]) && pieces["2"] == ["id": .integer(2), "piece": "</s>"])
    let plain = try server.post("/tokenize", ["content": "</s>", "parse_special": false]).json["tokens"]
    #expect(plain.integers.count == 4)
    let messages: JSONValue = [["role": "user", "content": "a"]]
    #expect(try server.post("/tokenize", ["messages": messages]).json["count"].whole == "user:a\nassistant:".utf8.count)
    #expect(try server.post("/detokenize", ["tokens": plain]).json == ["content": "</s>"])
  }
}
