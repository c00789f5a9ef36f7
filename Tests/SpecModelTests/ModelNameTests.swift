import SpecModel
import Testing

/// A model is called by what tells it from others.
@Suite struct ModelNameTests {
  @Test(arguments: [
    ("/data/vicuna-7b", "vicuna-7b"), ("/x/Suites/demo/model", "demo"), ("/x/tiny/Checkpoint/model/", "tiny"),
    ("/model", "model"), ("/models", "models"), ("/", ""),
    ("/c/hub/models--lmsys--vicuna-7b-v1.3/snapshots/236eeeab96f0dc2e463f2bebb7bb49809279c6d6", "vicuna-7b-v1.3"),
    ("/x/snapshots/abc", "abc"),
  ])
  func nameOfAFolder(directory: String, name: String) {
    #expect(ModelName.of(directory: directory) == name)
  }
}
