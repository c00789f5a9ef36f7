import Foundation
import SpecDecoding
import SpecEngines
import SpecFiles
import SpecRunner
import SpecSuite
import SpecTestSupport

/// What a run is described by, and other programs' results.
extension ForeignFormat {
  static let suites = [
    ForeignFormat(name: "JSON", file: "value.json", seeds: { _ in bytes(json) }) { folder in
      let field = try JSONField<SuiteError>(file: folder + "/value.json")
      for element in try field.elements() { _ = try element.member("a").unlessNull?.string() }
    },
    ForeignFormat(name: "questions", file: "question.jsonl", seeds: { _ in bytes(questions) }) { folder in
      _ = try Suite(path: folder + "/question.jsonl")
    },
    ForeignFormat(name: "manifest", file: "suite.json", seeds: { _ in bytes(manifests) }) { folder in
      try Data(questions[0].utf8).write(to: URL(fileURLWithPath: folder + "/question.jsonl"))
      _ = try Suite(path: folder)
    },
    ForeignFormat(name: "decoders", file: "decoders.txt", seeds: { _ in bytes(decoders) }, isFile: false) { folder in
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/decoders.txt"))
      for spec in try SettingGrid.specs(String(decoding: bytes, as: UTF8.self)) {
        _ = try MethodRegistry.builtIn.complete(spec)
      }
    },
    ForeignFormat(name: "engine", file: "engine.yaml", seeds: { _ in bytes([engine]) }) { folder in
      _ = try EngineFile.read(folder + "/engine.yaml")
    },
    ForeignFormat(name: "results", file: "results.json", seeds: { _ in bytes(results) }) { folder in
      _ = try AnswerImport(vanilla: folder + "/results.json", others: [])
    },
  ]

  private static func bytes(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  private static let json = [
    #"[{"a": "\u00e9\ud83d\ude00\n", "b": [1, -2.5e-3, 0, true, false, null]}, {"a": null, "c": {}}]"#
  ]

  private static let questions = [
    #"{"question_id": 1, "category": "qa", "turns": ["Who?", "Why?"], "reference": ["A", "B"]}"# + "\n"
      + #"{"question_id": 2, "category": "translation", "turns": ["Où?"]}"# + "\n",
    #"[{"id": "a-1", "prompt": "Who?", "category": "own"}, {"id": "a-2", "text": "Why?"}]"#,
    #"{"messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Who?"}]}"# + "\n"
      + #"{"conversations": [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": "So."}]}"# + "\n",
  ]

  private static let manifests = [
    #"{"name": "own", "version": "1", "chat_template": "zephyr", "max_new_tokens": 16, "categories": ["qa"],"#
      + #" "decoders": ["kangaroo:steps=4", "prompt-lookup"]}"#,
    #"{"name": "own", "version": "2", "chat_template": {"name": "talk", "user": "<u>{content}</u>","#
      + #" "assistant": "ASSISTANT:", "assistant_end": "</s>"}}"#,
  ]

  private static let decoders = [
    "vanilla,kangaroo:exit=2,steps=2+4,threshold=0.6,prompt-lookup",
    "eagle:tree=dynamic,nodes=59,depth=5,width=10,oracle:length=4,rates=0.9/0.8,sam:adaptive=true,tokens=4",
  ]

  private static let engine = """
    engine: own
    servers:
      - {name: vanilla, dialect: llama-server, url: "http://127.0.0.1:8000", baseline: true}
      - name: fast
        dialect: llama-server
        command: [server, --port, "{port}"]
        env: {A: b}
        drafts: 4
    """

  private static let results = [
    #"{"question_id": 81, "model_id": "vanilla", "category": "writing", "choices": [{"turns": ["one", "two"],"#
      + #" "new_tokens": [9, 9], "wall_time": [1.0, 0.5], "decoding_steps": [9, 9], "accept_lengths": [1, 1]}]}"#
      + "\n",
    #"{"backend": "openai", "model_id": "m", "duration": 6.5, "completed": 1, "total_input_tokens": 5, "request_throughput": 1.0,"#
      + #" "input_lens": [5], "output_lens": [9], "ttfts": [0.1], "itls": [[0.1]], "generated_texts": ["a"], "errors": [""]}"#,
    #"{"metadata": {"session_num": 0, "conversation_id": "c", "turn_index": 0, "request_start_ns": 1,"#
      + #" "request_end_ns": 2, "benchmark_phase": "profiling"}, "metrics": {"request_latency": {"value": 10, "unit": "ms"},"#
      + #" "output_sequence_length": {"value": 9, "unit": "tokens"}}, "error": null}"# + "\n",
    #"{"metadata": {"version": 2}, "benchmarks": [{"requests": {"successful": [{"request_id": "a", "output": "text","#
      + #" "request_start_time": 1, "prompt_tokens": 5, "request_latency": 2, "output_tokens": 9}], "errored": []}}]}"#,
    #"{"config": {"bench": "qualitative"}, "results": [{"id": "q", "category": "coding", "ok": true, "turns": 2,"#
      + #" "latency_s": 1, "prompt_tokens": 5, "completion_tokens": 9, "draft_n": 10, "draft_n_accepted": 4}], "summary": []}"#,
    #"{"question_id": 1, "category": "writing", "turns": ["q"], "acceptance_lengths": [3, 2],"#
      + #" "choices": [{"index": 0, "turns": ["answer"]}]}"# + "\n",
  ]
}
