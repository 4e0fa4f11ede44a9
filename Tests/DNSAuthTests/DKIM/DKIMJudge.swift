import Foundation
import Mail
import MartletTesting

@testable import DNSAuth

/// Verifies messages against keys in a table.
struct DKIMJudge {
    /// 2026-11-01.
    static let now = WallTime(milliseconds: 1_793_491_200_000)

    var zone: [String: [String]] = [:]
    var failures: [String: ResolverFailure] = [:]
    var options = DKIMCheckOptions()

    func outcomes(_ message: [UInt8], at time: WallTime = DKIMJudge.now) async -> [DKIMOutcome] {
        var resolver = FakeResolver()
        for (name, records) in zone { resolver.txt[name.lowercased()] = records }
        for (name, failure) in failures { resolver.failures[name.lowercased()] = failure }
        return await DKIMCheck(resolver: resolver, options: options).verify(Content(original: message), at: time)
    }

    /// A file whose line ends are as the editor of the suite had them.
    static func message(_ file: URL) throws -> [UInt8] { crlf(try Conformance.bytes(file)) }

    static func crlf(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 20)
        var last: UInt8 = 0
        for byte in bytes {
            if byte == 10, last != 13 { out.append(13) }
            out.append(byte)
            last = byte
        }
        return out
    }
}

extension [DKIMOutcome] {
    var results: [DKIMResult] { map(\.result) }
    var hasPass: Bool { contains { $0.result == .pass } }
    var text: String { map { "\($0.result) (\($0.reason))" }.joined(separator: ", ") }
}
