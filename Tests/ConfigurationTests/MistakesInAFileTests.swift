import Mail
import Testing

@testable import martlet

/// What goes to the log when a file cannot be used: place and reason, and nothing that the file keeps secret.
@Suite struct MistakesInAFileTests {
    private static let head = "hostname: mx.example.net\ndata: /tmp/x\n"

    /// As an operator reads it, one line a problem.
    private static func told(_ text: String) -> [String] {
        do {
            _ = try ConfigurationFile.parse(head + text, file: "m.yaml")
            return []
        } catch { return "\(error)".split(separator: "\n").map(String.init) }
    }

    @Test(arguments: [
        ("pool: a\npassword: s3cret\npool: b\n", "'pool': a key may stand only once in its mapping"),
        ("transports: {a: {user: u, password: @s3cret}}\n", "cannot be read as YAML"),
        ("password: s3cret\n\tpool: a\n", "cannot be read as YAML"),
        ("password: s3cret\npool: \u{1}\n", "control characters are not allowed"),
    ])
    func `text of a file that is no YAML does not get into the log`(text: String, reason: String) {
        let lines = Self.told(text)
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { $0.hasPrefix("m.yaml:") && !$0.hasPrefix("m.yaml: ") && $0.contains(reason) })
        #expect(lines.allSatisfy { !$0.contains("s3cret") })
    }

    @Test func `a limit for a source that nobody knows is refused with its line`() {
        let sources = "sources: [{name: a1, address: 192.0.2.1}]\n"
        let limits = "limits:\n  - {match: \"source:MATCH\", connections: 1}\n"
        func limit(_ match: String) -> String { limits.replacing("MATCH", with: match) }
        #expect(Self.told(sources + limit("a1")).isEmpty)
        #expect(Self.told(sources + limit("*")).isEmpty)
        #expect(
            Self.told(sources + limit("b1")) == ["m.yaml:5: limits[0].match: 'b1' is none of the sources: a1"])
        #expect(
            Self.told(limits.replacing("source:MATCH", with: "site:x source:a1"))
                == ["m.yaml:4: limits[0].match: 'a1' is none of the sources: there are none"])
    }

    @Test func `one mistake among the pools is told once, not again by all who name a source`() {
        let lines = Self.told(
            """
            sources: [{name: a1, address: 192.0.2.1}]
            pools: [{name: p, sources: []}]
            warmup: {sources: [{source: a1}]}
            limits: [{match: "source:a1", connections: 1}]
            """)
        #expect(lines == ["m.yaml:4: pools[0].sources: a pool needs at least one source"])
    }
}
