import Foundation
import Testing

@Suite struct DocumentsTellTheTruthTests {
    @Test func everyFileThatArchitectureNamesExists() throws {
        let text = try Repository.text("ARCHITECTURE.md")
        let named = text.matches(of: /`((?:Sources|Tests|Benchmarks|docs|scripts)\/[A-Za-z0-9_.+\/-]+)`/).map {
            String($0.1)
        }
        #expect(named.count > 20, "ARCHITECTURE.md should name the files of the message path")
        for path in named {
            let url = Repository.root.appendingPathComponent(path)
            #expect(
                FileManager.default.fileExists(atPath: url.path), "ARCHITECTURE.md names \(path), which does not exist")
        }
    }

    @Test func noSourceFileIsAboveFiveHundredLines() throws {
        for file in Repository.swiftFiles(below: "Sources") + Repository.swiftFiles(below: "Tests") {
            let lines = try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false).count - 1
            #expect(lines <= 500, "\(file) has \(lines) lines")
        }
    }

    @Test func everyCitedRFCIsListed() throws {
        let listed = Set(
            try Repository.text("docs/rfc.tsv").split(separator: "\n").compactMap {
                $0.split(separator: "\t").first.map(String.init)
            })
        for file in Repository.swiftFiles(below: "Sources") {
            for match in try Repository.text(file).matches(of: /RFC (\d{3,5})/) {
                #expect(
                    listed.contains(String(match.1)), "\(file) cites RFC \(match.1), which docs/rfc.tsv does not list")
            }
        }
    }

    @Test func escapesFromConcurrencyCheckingStandOnlyInLoopOrWithAProof() throws {
        for file in Repository.swiftFiles(below: "Sources") where !file.hasPrefix("Sources/Loop/") {
            let lines = try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated()
            where (line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)"))
                && !line.drop(while: { $0 == " " }).hasPrefix("//")
            {
                let before = lines[max(0, index - 6)..<index]
                let proof = before.contains { $0.contains("//") && ($0.contains("Sendable") || $0.contains("safe")) }
                #expect(proof, "\(file):\(index + 1) escapes the checker without a comment that proves it")
            }
        }
    }
}
