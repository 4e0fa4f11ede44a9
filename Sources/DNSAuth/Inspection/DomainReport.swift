package import Mail

/// What a domain publishes about its mail, and what is wrong with it: the answer of `martlet dns`.
package struct DomainReport: Hashable, Sendable {
    package enum Topic: String, Hashable, Sendable, CaseIterable {
        case mx
        case site
        case mtaSTS = "mta-sts"
        case dane
        case tlsReports = "tls-rpt"
        case spf
        case dkim
        case dmarc
    }

    package enum Level: String, Hashable, Sendable, Comparable, CaseIterable {
        case ok
        /// Works, and could be better.
        case note
        /// Costs mail or protection.
        case problem

        package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .note: 1
            case .problem: 2
            }
        }
    }

    package struct Finding: Hashable, Sendable {
        package var level: Level
        /// One line for people, printable whatever strangers published.
        package var text: String
        /// What to do about it.
        package var fix: String?

        package init(_ level: Level, _ text: String, fix: String? = nil) {
            self.level = level
            self.text = ReportText.printable(text)
            self.fix = fix.map { ReportText.printable($0) }
        }
    }

    /// A line of what is published, with what belongs to it.
    package struct Node: Hashable, Sendable {
        package var text: String
        package var children: [Node]

        package init(_ text: String, _ children: [Node] = []) {
            self.text = ReportText.printable(text)
            self.children = children
        }
    }

    package struct Section: Hashable, Sendable {
        package var topic: Topic
        /// One line: the state in a few words.
        package var summary: String
        package var published: [Node] = []
        package var findings: [Finding] = []
        /// The same for programs. Names are stable.
        package var facts: [Fact] = []

        package init(_ topic: Topic, _ summary: String = "") {
            self.topic = topic
            self.summary = ReportText.printable(summary)
        }

        /// The worst of the findings.
        package var level: Level { findings.map(\.level).max() ?? .ok }

        mutating func find(_ level: Level, _ text: String, fix: String? = nil) {
            findings.append(Finding(level, text, fix: fix))
        }

        mutating func state(_ name: String, _ value: FactValue) { facts.append(Fact(name: name, value: value)) }
    }

    package struct Fact: Hashable, Sendable {
        package var name: String
        package var value: FactValue
    }

    package indirect enum FactValue: Hashable, Sendable {
        case text(String)
        case number(Int)
        case flag(Bool)
        case list([FactValue])
        case object([Fact])
    }

    package var domain: Domain
    package var sections: [Section]

    package init(domain: Domain, sections: [Section]) {
        self.domain = domain
        self.sections = sections
    }

    package var level: Level { sections.map(\.level).max() ?? .ok }

    package func section(_ topic: Topic) -> Section? { sections.first { $0.topic == topic } }

    package func count(of level: Level) -> Int {
        sections.reduce(0) { sum, section in sum + section.findings.count { $0.level == level } }
    }
}

/// Text from strangers' zones on its way to a terminal or a log.
enum ReportText {
    /// Bytes of one line.
    static let limit = 4_096

    /// Controls, and characters that turn the direction of what follows, become `?`; a long text is cut.
    static func printable(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= limit else {
                out.append(contentsOf: "...".unicodeScalars)
                break
            }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                out.append("?")
            default: out.append(scalar)
            }
        }
        return String(out)
    }
}
