import ControlAPI
import Glibc
import Queue

/// What the journal's commands say to people.
enum JournalWords {
    static func failure(_ failure: InspectionFailure, folder: String) -> String {
        switch failure {
        case .newer(let mismatch):
            "\(folder) was written by a newer Martlet: \(mismatch). Nothing was changed; use the program of that "
                + "version"
        case .noJournal: "there is no journal in \(folder)"
        case .locked(let pid):
            "\(folder) is in use\(pid.map { " by process \($0)" } ?? ""): stop the engine first"
        case .unusable(let path, let errno): "\(path) cannot be used: \(Errno.text(errno))"
        case .noContent: "no record with this identifier and a content is in \(folder)"
        case .damagedContent(let file, let offset):
            "the content of the message is damaged (record at \(offset) of \(file)); nothing was written out"
        }
    }

    /// `12,345`
    private static func count(_ value: some BinaryInteger) -> String {
        let digits = Array("\(value)")
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    // MARK: check

    static func survey(_ name: String, _ survey: JournalSurvey, data: String) -> String {
        var lines = facts(name, survey)
        for finding in survey.findings where !finding.kind.isDamage { lines.append("  note: " + words(finding)) }
        for finding in survey.damages { lines.append("  DAMAGE: " + words(finding)) }
        switch survey.damages.count {
        case 0: lines.append("  sound")
        case let all:
            lines.append(
                "  \(all == 1 ? "1 damage" : "\(all) damages"); 'martlet journal repair \(data)' says what can be done")
        }
        return lines.joined(separator: "\n")
    }

    private static func facts(_ name: String, _ survey: JournalSurvey) -> [String] {
        var lines = ["\(name): \(survey.folder)"]
        if let holder = survey.holder {
            let who = holder == 0 ? "a process" : "process \(holder)"
            lines.append("  in use by \(who): what is being written now is left out")
        }
        let formats = Set(survey.segments.map(\.format)).sorted().map { "\($0)" }.joined(separator: " and ")
        lines.append(
            "  segments   \(survey.segments.count), format \(formats.isEmpty ? "-" : formats), "
                + "log \(survey.start) to \(survey.end)")
        let kinds = survey.records.sorted { $0.key < $1.key }.map { "\($0.key) \(count($0.value))" }
        lines.append(
            "  records    \(kinds.isEmpty ? "none" : kinds.joined(separator: ", ")); "
                + "\(count(survey.bytes)) bytes")
        lines.append("  unfinished \(count(survey.unfinished)) messages")
        for (consumer, offset) in survey.consumers.sorted(by: { $0.key < $1.key }) {
            let behind = survey.end >= offset ? ", \(count(survey.end - offset)) bytes behind" : ""
            lines.append("  consumer   \(consumer) at \(offset)\(behind)")
        }
        if !survey.quarantined.isEmpty {
            lines.append("  quarantine \(survey.quarantined.joined(separator: ", "))")
        }
        return lines
    }

    private static func words(_ finding: JournalFinding) -> String {
        var words = finding.file
        if let offset = finding.offset { words += " at \(offset)" }
        if let length = finding.length, finding.offset != nil { words += " (\(count(length)) bytes)" }
        words += ": " + finding.text
        if let log = finding.log, finding.kind != .gap, finding.kind != .missing {
            words += "; log \(log) to \(log + (finding.length ?? 0))"
        }
        if finding.kind == .record, !finding.messages.isEmpty {
            words += "; waiting there: " + finding.messages.map { "\($0)" }.joined(separator: ", ")
        }
        return words
    }

    // MARK: repair

    static func repair(_ name: String, _ outcome: JournalRepair.Outcome, data: String) -> String {
        guard !outcome.steps.isEmpty else { return "\(name): \(outcome.before.folder)\n  sound, nothing to do" }
        let isDone = outcome.after != nil
        var lines = ["\(name): \(outcome.before.folder)"]
        for step in outcome.steps {
            lines.append("  \(words(step.finding))")
            lines.append("    -> \(words(step.action, step.finding, isDone: isDone))")
        }
        guard let after = outcome.after else {
            lines.append("  Nothing was changed. To do it: martlet journal repair \(data) --yes")
            return lines.joined(separator: "\n")
        }
        let lost = outcome.before.findings.filter { $0.kind == .record }
        for finding in lost {
            guard let log = finding.log, let length = finding.length else { continue }
            lines.append("  lost: log \(log) to \(log + length), \(count(length)) bytes")
        }
        if outcome.kept > 0 { lines.append("  kept: \(count(outcome.kept)) records of the segments made anew") }
        if !outcome.quarantined.isEmpty {
            lines.append("  as found: \(outcome.quarantined.joined(separator: ", "))")
        }
        lines.append("  \(count(after.unfinished)) messages wait")
        for finding in after.damages { lines.append("  LEFT: " + words(finding)) }
        if after.damages.isEmpty { lines.append("  sound now") }
        return lines.joined(separator: "\n")
    }

    private static func words(_ action: JournalRepair.Step.Action, _ finding: JournalFinding, isDone: Bool) -> String {
        switch action {
        case .rename(let name): isDone ? "renamed to \(name)" : "would be renamed to \(name)"
        case .setAside: isDone ? "moved to quarantine/" : "would be moved to quarantine/"
        case .rewrite:
            isDone
                ? "made anew from its records; as it was in quarantine/"
                : "would be made anew from its records, and kept as it is in quarantine/"
        case .index: isDone ? "has its index" : "would get its index"
        case .cut: isDone ? "cut off" : "would be cut off"
        case .discard: isDone ? "removed" : "would be removed"
        case .leave:
            switch finding.kind {
            case .content: "left: the engine cannot send it, and tells its sender when it gives it up"
            case .missing: "left: bring the segment back from a copy if there is one; the engine goes on without it"
            default: "in order"
            }
        }
    }

    // MARK: dump

    static func record(_ record: DumpedRecord) -> String {
        var words = ["\(record.offset)", record.at ?? "-", record.kind]
        if let message = record.message { words.append(message) }
        if let sender = record.sender { words.append("<\(sender)> ->") }
        if let recipients = record.recipients {
            let isPlaces = record.kind == "cancelled" || record.kind == "bounced"
            words.append((isPlaces ? "recipients " : "") + recipients.joined(separator: ","))
        }
        if let outcome = record.outcome { words.append(outcome) }
        if let reason = record.reason, !reason.isEmpty { words.append("(\(reason))") }
        if let by = record.by { words.append("by \(by)") }
        if let attempt = record.attempt { words.append("attempt \(attempt)") }
        if let host = record.host { words.append("at \(host)") }
        if let reply = record.reply { words.append("\"\(reply)\"") }
        if let next = record.next { words.append("again \(next)") }
        if let subject = record.subject { words.append("\"\(subject)\"") }
        if let size = record.size { words.append("\(size) bytes") }
        if let states = record.states { words.append("states of \(states) recipients") }
        if let damage = record.damage {
            words.append("\(record.file) at \(record.position), \(record.length) bytes: \(damage)")
        }
        return TerminalText.clean(words.joined(separator: "  "))
    }
}
