import Mail

/// The form in which policies are kept in a file: text, each policy as the lines that its domain served.
///
/// ```
/// martlet-mta-sts 1
/// policy example.com 20160831085700Z 1798761600000 4
/// version: STSv1
/// mode: enforce
/// mx: mail.example.com
/// max_age: 604800
/// end 1
/// ```
/// A policy line holds domain, id, time of the fetch in milliseconds since 1970, and the number of lines that follow.
/// What is read is parsed like a fetched file, so a damaged line cannot become a policy that nobody published.
enum MTASTSPolicyFile {
    private static let head = "martlet-mta-sts 1"
    /// Lines of one policy: as many as fit into the bytes of a file.
    private static let lineLimit = MTASTSPolicyParser.byteLimit

    static func encode(_ policies: [StoredMTASTSPolicy]) -> [UInt8] {
        var out = Array(head.utf8)
        out.append(0x0A)
        for stored in policies {
            let policy = stored.policy
            let line =
                "policy \(stored.domain.text) \(policy.id) \(stored.fetchedAt.milliseconds) \(policy.lines.count)\n"
            out += line.utf8
            for line in policy.lines {
                out += line.utf8
                out.append(0x0A)
            }
        }
        out += "end \(policies.count)\n".utf8
        return out
    }

    static func decode(_ bytes: Span<UInt8>) throws(MTASTSStoreFailure) -> [StoredMTASTSPolicy] {
        var reader = LineReader(at: 0, number: 0)
        guard let first = reader.next(in: bytes), MTASTSPolicyParser.text(first) == head else {
            throw .damaged(line: 1)
        }
        var policies: [StoredMTASTSPolicy] = []
        while let line = reader.next(in: bytes) {
            let words = MTASTSPolicyParser.text(line).split(separator: " ", omittingEmptySubsequences: false)
            if words.count == 2, words[0] == "end" {
                guard Int(words[1]) == policies.count, reader.at == bytes.count else {
                    throw .damaged(line: reader.number)
                }
                return policies
            }
            policies.append(try policy(words, &reader, bytes))
        }
        // Cut off.
        throw .damaged(line: reader.number + 1)
    }

    private static func policy(
        _ words: [Substring], _ reader: inout LineReader, _ bytes: Span<UInt8>
    ) throws(MTASTSStoreFailure) -> StoredMTASTSPolicy {
        let number = reader.number
        guard words.count == 5, words[0] == "policy", let domain = Domain(String(words[1])),
            let milliseconds = Int64(words[3]), milliseconds >= 0, milliseconds < 1 << 52,
            let count = Int(words[4]), (0...lineLimit).contains(count)
        else { throw .damaged(line: number) }
        let start = reader.at
        for _ in 0..<count where reader.next(in: bytes) == nil { throw .damaged(line: reader.number) }
        do throws(MTASTSPolicyFailure) {
            let policy = try MTASTSPolicyParser.parse(bytes.extracting(start..<reader.at), id: String(words[2]))
            return StoredMTASTSPolicy(
                domain: domain, policy: policy, fetchedAt: WallTime(milliseconds: milliseconds))
        } catch {
            throw .damaged(line: number)
        }
    }

    private struct LineReader {
        var at: Int
        /// Of the line read last, from 1.
        var number: Int

        /// The next whole line without its end; `nil` when there is none.
        @_lifetime(copy bytes)
        mutating func next(in bytes: Span<UInt8>) -> Span<UInt8>? {
            var end = at
            while end < bytes.count, bytes[end] != 0x0A { end += 1 }
            guard end < bytes.count else { return nil }
            let line = bytes.extracting(at..<end)
            at = end + 1
            number += 1
            return line
        }
    }
}
