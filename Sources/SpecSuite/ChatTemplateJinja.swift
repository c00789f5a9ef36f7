import SpecFiles

extension ChatTemplate {
  /// The template in Jinja, as `chat_template` of a `tokenizer_config.json`: transformers then writes the same text.
  public var jinja: String {
    let isUser = "{% if message['role'] == 'user' %}"
    let isAnswer = "{% elif message['role'] == 'assistant' %}"
    let user = output(literal(userPrefix), "message['content']", literal(userSuffix))
    let answer = output(
      literal(assistantPrefix + answerSeparator),
      "message['content'] | trim",
      literal(assistantSuffix)
    )
    return (beginOfText ? "{{ bos_token }}" : "")
      + output(literal(systemPrefix))
      + "{% for message in messages %}\(isUser)\(user)\(isAnswer)\(answer){% endif %}{% endfor %}"
      + "{% if add_generation_prompt %}\(output(literal(assistantPrefix))){% endif %}"
  }

  private func output(_ parts: String?...) -> String {
    let present = parts.compactMap { $0 }
    return present.isEmpty ? "" : "{{ " + present.map { "(\($0))" }.joined(separator: " + ") + " }}"
  }

  /// Jinja reads a string in double quotes as JSON does; an empty one is left out.
  private func literal(_ text: String) -> String? { text.isEmpty ? nil : JSONValue.text(text).line }
}
