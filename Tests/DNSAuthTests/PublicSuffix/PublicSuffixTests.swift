import Foundation
import Mail
import Testing

@testable import DNSAuth

@Suite struct PublicSuffixTests {
    private func organization(_ text: String, _ list: PublicSuffixList) -> String? {
        guard let domain = try? Domain(parsing: text) else { return nil }
        return list.organizationalDomain(of: domain)?.text
    }

    /// tests.txt of publicsuffix.org, over the list of 2026-08-19.
    @Test func published() throws {
        guard let folder = Conformance.folder("psl") else { return }
        let list = try PublicSuffixList(path: folder.appending(path: "public_suffix_list.dat").path)
        #expect(list.skippedLines == 0)
        #expect(list.ruleCount > 9_000)
        let lines = try String(contentsOf: folder.appending(path: "tests/tests.txt"), encoding: .utf8)
        var count = 0
        var agreed = 0
        for line in lines.split(separator: "\n") where !line.hasPrefix("//") {
            let words = line.split(separator: " ")
            guard words.count == 2 else { continue }
            count += 1
            let expected = words[1] == "null" ? nil : try Domain(parsing: String(words[1])).text
            let ours = organization(words[0] == "null" ? "" : String(words[0]), list)
            #expect(ours == expected, "\(line)")
            if ours == expected { agreed += 1 }
        }
        print("conformance psl: \(count) cases, \(agreed) agree, 0 deviations listed")
        #expect(count == 78)
        #expect(agreed == 78)
    }

    /// mox reads only the ICANN section, and takes a suffix for an organization of its own.
    @Test func mox() throws {
        guard let folder = Conformance.folder("dmarc/mox-vectors") else { return }
        let list = try PublicSuffixList(
            parsing: """
                // ===BEGIN ICANN DOMAINS===
                com

                *.jp
                // Hosts in .hokkaido.jp can't set cookies below level 4...
                *.hokkaido.jp
                *.tokyo.jp
                // ...except hosts in pref.hokkaido.jp, which can set cookies at level 3.
                !pref.hokkaido.jp
                !metro.tokyo.jp

                bücher.example.com
                // ===END ICANN DOMAINS===

                ignored.example.com

                """, sections: .icann)
        let parsed = try Conformance.json(folder.appending(path: "publicsuffix_list.json"))
        let cases = try #require((parsed as? [String: Any])?["cases"] as? [[String: Any]])
        var agreed = 0
        for entry in cases {
            let names = try #require(entry["args"] as? [String])
            let own = try Domain(parsing: names[0]).text
            let ours = organization(names[0], list) ?? own
            let theirs = try Domain(parsing: names[1]).text
            #expect(ours == theirs, "\(names)")
            if ours == theirs { agreed += 1 }
        }
        print(
            "conformance dmarc/mox-vectors public suffixes: \(cases.count) cases, \(agreed) agree, 0 deviations listed")
        #expect(cases.count == 19)
        #expect(agreed == 19)
    }

    @Test func whatIsNoListIsRefused() {
        for text in ["", "\n\n", "// only a comment\n", "<!DOCTYPE html>\n", "!\n*.\n"] {
            let list = try? PublicSuffixList(parsing: text)
            #expect(list == nil, "\(text)")
        }
        let missing = try? PublicSuffixList(path: "/nonexistent/list.dat")
        #expect(missing == nil)
    }

    @Test func sections() throws {
        let text = "// ===BEGIN ICANN DOMAINS===\ncom\n// ===END ICANN DOMAINS===\nblog.com\n"
        let all = try PublicSuffixList(parsing: text)
        let icann = try PublicSuffixList(parsing: text, sections: .icann)
        #expect(organization("a.b.blog.com", all) == "b.blog.com")
        #expect(organization("a.b.blog.com", icann) == "blog.com")
        #expect(organization("blog.com", all) == nil)
    }

    /// Lines with CR, blanks, trailing words and nonsense; no final line end.
    @Test func lines() throws {
        let list = try PublicSuffixList(parsing: "  com \r\n\tco.uk words after\r\n***\n!com\n*.ck\r\n!www.ck")
        #expect(list.skippedLines == 2)
        #expect(organization("a.b.co.uk", list) == "b.co.uk")
        #expect(organization("a.b.c.ck", list) == "b.c.ck")
        #expect(organization("a.www.ck", list) == "www.ck")
        #expect(organization("[192.0.2.1]", list) == nil)
    }

    /// Whatever the bytes, the organization is the domain or above it, and it is its own organization.
    @Test func seeded() throws {
        var generator = SeededGenerator(seed: 20_260_819)
        let labels = ["a", "b", "com", "uk", "*", "!", "xn--", "ü", "", ".", " ", "\n", "//", "c"]
        func text(_ count: Int) -> String {
            (0..<count).map { _ in labels.randomElement(using: &generator) ?? "" }.joined(separator: ".")
        }
        var lists = 0
        for _ in 0..<2_000 {
            let lines = (0..<6).map { _ in text(Int.random(in: 1...4, using: &generator)) }.joined(separator: "\n")
            guard let list = try? PublicSuffixList(parsing: lines) else { continue }
            lists += 1
            for _ in 0..<10 {
                guard let domain = try? Domain(parsing: text(Int.random(in: 1...5, using: &generator))) else {
                    continue
                }
                let suffix = list.publicSuffix(of: domain)
                #expect(domain.isWithin(suffix))
                guard let organization = list.organizationalDomain(of: domain) else { continue }
                #expect(domain.isWithin(organization) && organization.isWithin(suffix) && organization != suffix)
                #expect(list.organizationalDomain(of: organization) == organization)
            }
        }
        #expect(lists > 500)
    }
}
