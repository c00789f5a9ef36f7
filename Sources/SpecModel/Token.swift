/// A token id, as the tokenizer and the model's vocabulary number them.
public typealias Token = Int32
