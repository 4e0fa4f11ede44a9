import Foundation
import Queue

/// What the journal's commands say to programs: one object a line, names in snake_case.
enum JournalJSON {
    struct Survey: Encodable {
        var name: String
        var folder: String
        var isSound: Bool
        var journal: String?
        var inUseBy: Int32?
        var unfinished: Int
        var bytes: UInt64
        var start: UInt64
        var end: UInt64
        var records: [String: Int]
        var consumers: [String: UInt64]
        var quarantine: [String]
        var segments: [Segment]
        var findings: [Finding]

        init(_ name: String, _ survey: JournalSurvey) {
            self.name = name
            folder = survey.folder
            isSound = survey.damages.isEmpty
            journal = survey.journal.map { "\($0)" }
            inUseBy = survey.holder
            unfinished = survey.unfinished
            bytes = survey.bytes
            start = survey.start
            end = survey.end
            records = survey.records
            consumers = survey.consumers
            quarantine = survey.quarantined
            segments = survey.segments.map { Segment($0) }
            findings = survey.findings.map { Finding($0) }
        }
    }

    struct Segment: Encodable {
        var file: String
        var first: UInt64
        var end: UInt64
        var format: UInt32
        var state: String
        var records: Int

        init(_ segment: JournalSurvey.Segment) {
            file = segment.file
            first = segment.first
            end = segment.end
            format = segment.format
            state = segment.state.rawValue
            records = segment.records
        }
    }

    struct Finding: Encodable {
        var kind: String
        var isDamage: Bool
        var file: String
        var offset: UInt64?
        var length: UInt64?
        var log: UInt64?
        var messages: [String]
        var text: String

        init(_ finding: JournalFinding) {
            kind = finding.kind.rawValue
            isDamage = finding.kind.isDamage
            file = finding.file
            offset = finding.offset
            length = finding.length
            log = finding.log
            messages = finding.messages.map { "\($0)" }
            text = finding.text
        }
    }

    static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
