import Mail

@testable import Queue

/// Rules, replies and times, briefly.
enum ShapingSample {
    static let ada = UUIDv7(high: 0x7000, low: 1 << 63 | 1)
    static let bob = UUIDv7(high: 0x7000, low: 1 << 63 | 2)
    static let start = WallTime(milliseconds: 1_800_000_000_000)

    static func at(_ time: Duration) -> MonotonicInstant { MonotonicInstant(nanoseconds: 1_000) + time }

    static func reply(_ line: String) -> Reply {
        Reply(code: UInt16(line.prefix(3)) ?? 0, lines: [Array(line.utf8.dropFirst(4))])
    }

    static func observation(
        _ line: String, site: String = "direct:mx.example", source: String? = "out1", tenant: UUIDv7 = ada,
        host: String = "mx.example"
    ) -> ShapingObservation {
        ShapingObservation(site: site, source: source, tenant: tenant, host: host, reply: reply(line), attempt: 1)
    }

    /// `nil` where the text is none.
    static func pattern(code: [String] = [], enhanced: [String] = [], _ text: String...) -> ShapingPattern {
        ShapingPattern(
            codes: code.compactMap(BounceRule.CodePattern.init),
            statuses: enhanced.compactMap(BounceRule.StatusPattern.init), phrases: text.compactMap { ShapingPhrase($0) }
        )
    }

    static func rules(_ rules: ShapingRule...) throws -> ShapingRules {
        try ShapingRules(rules) { $0.hasSuffix("google.com") ? "google" : nil }
    }
}

extension ShapingEngine {
    /// At a time after the start on both clocks.
    mutating func hear(_ observation: ShapingObservation, after time: Duration) -> ShapingReading {
        observe(observation, at: ShapingSample.at(time), wall: ShapingSample.start + time)
    }

    mutating func hear(_ line: String, after time: Duration) -> ShapingReading {
        hear(ShapingSample.observation(line), after: time)
    }
}

extension ShapingVerdict {
    var holds: [Hold] {
        directives.compactMap {
            if case .hold(let hold) = $0 { return hold }
            return nil
        }
    }

    var limits: [TemporaryLimit] {
        directives.compactMap {
            if case .limit(let limit) = $0 { return limit }
            return nil
        }
    }
}
