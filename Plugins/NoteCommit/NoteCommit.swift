import Foundation
import PackagePlugin

/// Writes a Swift file that holds the commit which a build is made from. It runs when a source file or the checked-out
/// commit is another, and touches the file only where its text is another, so that nothing is compiled again for it. (A
/// prebuild command would not do: the package manager runs it only when it plans a build anew.)
///
/// A program that asked for the commit while it runs would be told that of a later checkout; the package manifest's own
/// `Context.gitInformation` is kept by the package manager from an earlier build.
@main
struct NoteCommit: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let output = context.pluginWorkDirectoryURL.appending(path: "BuiltCommit.swift")
    return [
      .buildCommand(
        displayName: "Noting the commit of the sources",
        executable: URL(filePath: "/bin/sh"),
        arguments: ["-c", Self.script, "note-commit", context.package.directoryURL.path, output.path],
        inputFiles: Self.inputs(context.package),
        outputFiles: [output]
      )
    ]
  }

  /// What the commit and the mark of changes depend on: the sources, and the log of what was checked out.
  private static func inputs(_ package: Package) -> [URL] {
    let sources = package.targets.compactMap(\.sourceModule).flatMap { $0.sourceFiles.map(\.url) }
    let others = ["Package.swift", "Plugins/NoteCommit/NoteCommit.swift", ".git/HEAD", ".git/logs/HEAD"]
      .map { package.directoryURL.appending(path: $0) }
    return sources + others.filter { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// Without git, or where the package is no checkout of its own, the commit is unknown. Changes count where they can
  /// change the program. A hook's environment would lead git to another repository.
  private static let script = """
    package=$1 file=$2 commit=nil
    unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
    if prefix=$(git -C "$package" rev-parse --show-prefix 2>/dev/null) && [ -z "$prefix" ] &&
      head=$(git -C "$package" rev-parse --verify HEAD 2>/dev/null) &&
      changes=$(git -C "$package" --no-optional-locks status --porcelain -- Package.swift Sources Plugins 2>/dev/null)
    then
      if [ -n "$changes" ]; then head="$head-dirty"; fi
      commit="\\"$head\\""
    fi
    text="/// The commit that this was built from, with a mark where the sources had changes; nil if it is not known.
    public let builtCommit: String? = $commit"
    if [ "$(cat "$file" 2>/dev/null)" != "$text" ]; then printf '%s\\n' "$text" > "$file"; fi
    """
}
