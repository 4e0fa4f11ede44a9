/// One small thing that the engine does for every message, prepared so that it can be done many times: by the
/// micro-benchmarks, which time it, and by the instruction count, which repeats to the digit.
package struct Operation: Sendable {
    /// Does the thing so many times. One caller at a time.
    package typealias Work = (Int) async throws -> Void

    /// Lower-case with hyphens: it names thresholds, so it never changes.
    package let name: String
    /// How often it is done for one instruction count: some tens of millions of instructions.
    package let count: Int
    /// Whether it computes and nothing else: then its instructions are the same in every run. What waits for a disk or
    /// for another thread is not.
    package let isPure: Bool
    /// Makes everything that is not to be measured. What it makes goes with the work.
    package let prepare: @Sendable () async throws -> Work

    init(
        _ name: String, count: Int, isPure: Bool = true, prepare: @escaping @Sendable () async throws -> Work
    ) {
        self.name = name
        self.count = count
        self.isPure = isPure
        self.prepare = prepare
    }

    /// All there are, in the order of a message's way through the engine.
    package static let all: [Operation] = [
        .commandParsing, .serverSession, .headerScan, .templateRendering, .mimeComposition, .journalEncoding,
        .journalCommit,
        .journalAppend, .schedulerTurnover, .dkimSigning, .dotStuffing, .replyParsing, .dkimVerification,
    ]

    package static func named(_ name: String) -> Operation? { all.first { $0.name == name } }

    /// What went wrong while it was prepared or done: a count of it would mean nothing.
    struct Unexpected: Error, CustomStringConvertible {
        var description: String
        init(_ words: String) { description = words }
    }
}

/// Keeps the compiler from seeing that nobody uses a result.
@inline(never) func keep<Value>(_ value: borrowing Value) where Value: ~Copyable {}
