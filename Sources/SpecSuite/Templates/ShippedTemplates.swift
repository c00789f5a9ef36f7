/// The templates that a manifest can choose by name. Only Vicuna's format has a system message of its own; the others
/// are written as their models read a conversation without one.
extension ChatTemplate {
  /// Nothing but the texts: the first turn is exactly what the user says, and a base model goes on from there.
  package static let plain = ChatTemplate(name: "plain", answerSeparator: "\n", assistantSuffix: "\n")

  /// Vicuna 1.1 and later.
  package static let vicuna = ChatTemplate(
    name: "vicuna",
    systemPrefix: "A chat between a curious user and an artificial intelligence assistant. "
      + "The assistant gives helpful, detailed, and polite answers to the user's questions. ",
    userPrefix: "USER: ",
    userSuffix: " ",
    assistantPrefix: "ASSISTANT:",
    answerSeparator: " ",
    assistantSuffix: "</s>"
  )

  /// Llama 2 Chat, where every turn after the first opens a sequence of its own.
  package static let llama2 = ChatTemplate(
    name: "llama-2",
    userPrefix: "[INST] ",
    userSuffix: " [/INST]",
    answerSeparator: " ",
    assistantSuffix: " </s><s>"
  )

  /// Llama 3 Instruct.
  package static let llama3 = ChatTemplate(
    name: "llama-3",
    userPrefix: "<|start_header_id|>user<|end_header_id|>\n\n",
    userSuffix: "<|eot_id|>",
    assistantPrefix: "<|start_header_id|>assistant<|end_header_id|>\n\n",
    assistantSuffix: "<|eot_id|>"
  )

  /// ChatML, which has no begin-of-sequence token.
  package static let chatML = ChatTemplate(
    name: "chatml",
    beginOfText: false,
    userPrefix: "<|im_start|>user\n",
    userSuffix: "<|im_end|>\n",
    assistantPrefix: "<|im_start|>assistant\n",
    assistantSuffix: "<|im_end|>\n"
  )

  /// Zephyr, also read by TinyLlama Chat.
  package static let zephyr = ChatTemplate(
    name: "zephyr",
    userPrefix: "<|user|>\n",
    userSuffix: "</s>\n",
    assistantPrefix: "<|assistant|>\n",
    assistantSuffix: "</s>\n"
  )

  /// All templates that have a name to choose them by.
  package static let shipped: [ChatTemplate] = [plain, vicuna, llama2, llama3, chatML, zephyr]

  /// The shipped template of a name, or nil where there is none.
  ///
  /// - Parameter name: a name such as "vicuna".
  /// - Returns: the template.
  package static func named(_ name: String) -> ChatTemplate? {
    shipped.first { $0.name == name }
  }
}
