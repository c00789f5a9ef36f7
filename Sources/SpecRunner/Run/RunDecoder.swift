import Foundation
import SpecCore
import SpecDecoding
import SpecFiles
import SpecModel
import SpecStore

/// A decoder of a run, under a name that is unique there.
package struct RunDecoder {
  /// The method's name, with a number for a second spec of a method.
  package let name: String
  /// The spec with all settings written out.
  package let spec: DecoderSpec
  /// The decoder.
  package let decoder: any Decoder
  /// Trained parameters added to the target.
  package let addedParameters: Int
  /// Whether this is vanilla once more, measured to see how far two measurements of the same thing differ.
  package let isNoiseFloor: Bool
  /// The files that it was made from, beside the target's.
  package let inputs: [InputLog.Entry]
  /// What limits it beside this target, as a clause about it; nil for nothing.
  package let warning: String?

  /// - Parameters:
  ///   - name: unique in the run.
  ///   - spec: method and settings.
  ///   - decoder: the decoder.
  ///   - addedParameters: trained parameters added to the target.
  ///   - isNoiseFloor: whether this is vanilla once more.
  ///   - inputs: the files that it was made from, beside the target's.
  ///   - warning: what limits it beside this target, as a clause about it.
  package init(
    name: String,
    spec: DecoderSpec,
    decoder: any Decoder,
    addedParameters: Int,
    isNoiseFloor: Bool = false,
    inputs: [InputLog.Entry] = [],
    warning: String? = nil
  ) {
    self.name = name
    self.spec = spec
    self.decoder = decoder
    self.addedParameters = addedParameters
    self.isNoiseFloor = isNoiseFloor
    self.inputs = inputs
    self.warning = warning
  }

  /// Whether the others are compared with this decoder.
  package var isBaseline: Bool { spec.method == Baseline.method && !isNoiseFloor }

  /// The spec as it would be written.
  package var specText: String { spec.description }

  /// The name of the decoder that is vanilla once more.
  package static let noiseFloorName = "vanilla (again)"

  /// Makes the decoders of a run: vanilla first, whether it was asked for or not, then the others as listed. A second
  /// spec of a method gets a number that makes it no other method's name: the third of `eagle` is `eagle-4`.
  ///
  /// - Parameters:
  ///   - specs: methods and settings.
  ///   - model: the model.
  ///   - sampling: how tokens are chosen.
  ///   - noiseFloor: whether vanilla comes once more at the end, as a decoder of its own with caches of its own.
  ///   - workingDirectory: where relative paths in settings begin; nil for the present working directory.
  ///   - suiteDirectory: the suite's folder; nil where no suite is measured.
  ///   - registry: the methods.
  /// - Returns: the decoders, vanilla first.
  /// - Throws: `DecodingError`, `ModelError` or `KernelError`.
  package static func prepare(
    _ specs: [DecoderSpec],
    model: LoadedModel,
    sampling: Sampling = .greedy,
    noiseFloor: Bool = false,
    workingDirectory: String? = nil,
    suiteDirectory: String? = nil,
    registry: MethodRegistry = .builtIn
  ) throws -> [RunDecoder] {
    var names = UniqueNames(reserved: Set(registry.methods.map(\.name)))
    let resources = model.resources(sampling, workingDirectory: workingDirectory, suiteDirectory: suiteDirectory)
    let decoders = try complete(specs, registry).map { spec in
      let prepared = try registry.prepare(spec, resources: resources)
      return RunDecoder(
        name: names.name(for: spec.method),
        spec: spec,
        decoder: prepared.decoder,
        addedParameters: prepared.addedParameters,
        inputs: prepared.inputs,
        warning: prepared.warning
      )
    }
    return try noiseFloor ? decoders + [again(model, sampling, registry)] : decoders
  }

  private static func again(
    _ model: LoadedModel,
    _ sampling: Sampling,
    _ registry: MethodRegistry
  ) throws -> RunDecoder {
    let spec = DecoderSpec(method: registry.baseline.name)
    let prepared = try registry.prepare(spec, resources: model.resources(sampling))
    return RunDecoder(
      name: noiseFloorName,
      spec: spec,
      decoder: prepared.decoder,
      addedParameters: 0,
      isNoiseFloor: true
    )
  }

  /// The specs of the decoders that a run makes, as often as it makes them.
  ///
  /// - Parameters:
  ///   - specs: methods and settings that were asked for.
  ///   - noiseFloor: whether vanilla comes once more.
  ///   - registry: the methods.
  /// - Returns: the specs with all settings.
  /// - Throws: `DecodingError`.
  package static func specs(
    _ specs: [DecoderSpec],
    noiseFloor: Bool = false,
    registry: MethodRegistry = .builtIn
  ) throws -> [DecoderSpec] {
    let complete = try complete(specs, registry)
    return noiseFloor ? complete + [DecoderSpec(method: registry.baseline.name)] : complete
  }

  /// The specs with all settings, vanilla first and once, no spec twice.
  private static func complete(_ specs: [DecoderSpec], _ registry: MethodRegistry) throws -> [DecoderSpec] {
    var complete = [DecoderSpec(method: registry.baseline.name)]
    for spec in try specs.map(registry.complete) where !complete.contains(spec) { complete.append(spec) }
    return complete
  }

  /// The decoder's row.
  ///
  /// - Throws: what the JSON encoder throws.
  package func record(ordinal: Int) throws -> DecoderRecord {
    let settings = Dictionary(uniqueKeysWithValues: spec.settings.map { ($0.name, $0.value) })
    return DecoderRecord(
      ordinal: ordinal,
      name: name,
      method: spec.method,
      spec: spec.description,
      settings: try JSONText.line(settings),
      addedParameters: addedParameters,
      isNoiseFloor: isNoiseFloor
    )
  }
}
