import Foundation
import Testing

@testable import Bench

@Suite struct HTMLReportTests {
    /// The file of this name in docs. With `MARTLET_WRITE_GOLDEN=1` this text is written to it first, to be looked at
    /// before it is kept.
    private static func kept(_ name: String, _ text: String?) throws -> String {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../../docs/\(name)"
        ).standardizedFileURL
        if let text, ProcessInfo.processInfo.environment["MARTLET_WRITE_GOLDEN"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// docs/bench has a report of a real run, and what the text and the page make of it. A new one is written by
    /// `martlet bench relay ... --json docs/bench/example.json` and a run of this test with MARTLET_WRITE_GOLDEN=1.
    @Test func theExampleOfTheDocumentsIsWhatIsMadeOfItsFigures() throws {
        var report = try JSONReport.decode(Data(try Self.kept("bench/example.json", nil).utf8)).report
        report.advice = Advice.lines(report)
        let json = String(decoding: try JSONReport(report).encoded(), as: UTF8.self)
        #expect(try json == Self.kept("bench/example.json", json))
        let page = HTMLReport(report).text
        #expect(try page == Self.kept("bench/example.html", page))
        let text = TextReport(report).text
        var document = try Self.kept("bench.md", nil)
        let parts = document.components(separatedBy: "```text\n")
        try #require(parts.count == 2, "docs/bench.md has one example")
        let rest = try #require(parts[1].firstRange(of: "```\n"))
        document = parts[0] + "```text\n" + text + parts[1][rest.lowerBound...]
        #expect(try document == Self.kept("bench.md", document))
    }

    @Test func everyElementIsClosed() throws {
        for report in [SampleReports.comparison, SampleReports.hostile, SampleReports.report([])] {
            // What of HTML is no XML is only in its first lines.
            let page = HTMLReport(report).text
                .replacingOccurrences(of: "<!doctype html>\n", with: "")
            var open: [String] = []
            for match in page.matches(of: /<(\/?)([a-z0-9]+)[^<>]*?(\/?)>/) {
                let name = String(match.2)
                if !match.1.isEmpty {
                    #expect(open.popLast() == name)
                } else if match.3.isEmpty {
                    open.append(name)
                }
            }
            #expect(open.isEmpty)
        }
    }

    @Test func itAsksNobodyForAnything() {
        let page = HTMLReport(SampleReports.comparison).text
        for word in ["<script", "http:", "https:", "url(", "@import", "src=", "href=", "onload"] {
            #expect(!page.contains(word), "\(word)")
        }
        #expect(page.contains("default-src &#39;none&#39;"))
    }

    @Test func strangersTextStaysText() {
        let page = HTMLReport(SampleReports.hostile).text
        #expect(!page.contains("<script"))
        #expect(!page.contains("\u{1b}"))
        #expect(page.components(separatedBy: "</style>").count == 2)
        #expect(page.contains("&lt;/style&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;"))
    }

    @Test func everyPictureIsToldInWords() throws {
        let page = HTMLReport(SampleReports.comparison).text
        let pictures = page.matches(of: /<svg [^>]*role="img" aria-labelledby="([a-z]+)-title ([a-z]+)-words">/)
        #expect(pictures.map { String($0.1) } == ["throughput", "latency", "processors", "engine", "memory"])
        for picture in pictures {
            #expect(page.contains("<title id=\"\(picture.1)-title\">"))
            let words = try #require(page.firstMatch(of: try Regex("<desc id=\"\(picture.1)-words\">([^<]+)</desc>")))
            #expect(words.output[1].substring?.count ?? 0 > 40)
        }
    }

    @Test func aBenchWithoutSamplesHasNoEmptyPictures() {
        let run = BenchRun(label: "sign rsa2048", messages: 1_000, seconds: 1)
        let page = HTMLReport(SampleReports.report([run], kind: "sign")).text
        #expect(!page.contains("<svg"))
        #expect(!page.contains("Over the run"))
        #expect(page.contains("sign rsa2048, a second"))
    }
}
