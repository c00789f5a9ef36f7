import ArgumentParser


@main struct SpecBench: ParsableCommand {}
