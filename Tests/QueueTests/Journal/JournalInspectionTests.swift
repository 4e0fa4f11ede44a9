import Mail
import Testing

@testable import Queue

/// `martlet journal check`: it names what is wrong, and touches nothing.
@Suite(.timeLimit(.minutes(2)))
struct JournalInspectionTests {
    @Test func `a sound journal is called sound, and counted`() async throws {
        let patient = try await JournalPatient.make()
        let before = JournalPatient.contents(patient.disk)
        let survey = try patient.survey()
        #expect(survey.findings.isEmpty)
        #expect(survey.holder == nil)
        #expect(survey.unfinished == patient.waiting.count)
        #expect(survey.records["accepted"] == 120)
        #expect(survey.records["attempted"] == 80)
        #expect(survey.records["index"] == patient.segments.count - 1)
        #expect(survey.segments.map(\.file) == patient.segments)
        #expect(survey.segments.map(\.state).last == .open)
        #expect(survey.segments.dropLast().allSatisfy { $0.state == .sealed })
        #expect(zip(survey.segments, survey.segments.dropFirst()).allSatisfy { $0.end == $1.first })
        #expect(survey.consumers == ["projection": 1])
        #expect(survey.start == 0)
        #expect(JournalPatient.contents(patient.disk) == before)
    }

    @Test func `looking beside a running engine finds no damage and does not lock it out`() async throws {
        let patient = try await JournalPatient.make(30)
        let (journal, _, _) = try Journal.reopen(JournalPatient.options(patient.disk))
        let survey = try patient.survey()
        #expect(survey.holder != nil)
        #expect(survey.damages.isEmpty)
        #expect(survey.unfinished == patient.waiting.count)
        #expect(throws: InspectionFailure.locked(pid: survey.holder)) { try JournalPatient.repair(patient.disk) }
        journal.close()
    }

    /// What was harmed, what `check` calls it, and where it lies.
    @Test(arguments: JournalHarm.allCases) func `every kind of damage is named, with file and place`(
        _ harm: JournalHarm
    ) async throws {
        let patient = try await JournalPatient.make()
        let report = try harm.apply(to: patient)
        let before = JournalPatient.contents(patient.disk)
        let survey = try patient.survey()
        #expect(JournalPatient.contents(patient.disk) == before)
        #expect(Set(survey.findings.map(\.kind)) == Set(report.kinds), "\(survey.findings)")
        #expect(survey.findings.first?.file == report.file)
        if let offset = report.offset { #expect(survey.findings.first?.offset == UInt64(offset)) }
        #expect(survey.damages.isEmpty == report.kinds.allSatisfy { !$0.isDamage })
        let known = survey.findings.flatMap(\.messages)
        #expect(Set(known) == Set(report.named.map { patient.messages[$0].id }))
        #expect(survey.findings.allSatisfy { !$0.text.isEmpty })
    }

    @Test func `a folder without a journal is said to be none`() {
        #expect(throws: InspectionFailure.noJournal(folder: "/empty")) {
            _ = try JournalSurvey.make("/empty", files: SimulatedDisk())
        }
        #expect(throws: InspectionFailure.noJournal(folder: "/martlet/does/not/exist")) {
            _ = try JournalSurvey.make("/martlet/does/not/exist")
        }
    }

    @Test func `a disk that cannot be read is no damage, but no answer either`() async throws {
        let patient = try await JournalPatient.make(20)
        patient.disk.failAll(.read)
        #expect(throws: InspectionFailure.self) { _ = try patient.survey() }
    }

    // MARK: dump

    private func dump(_ patient: JournalPatient, _ change: (inout JournalDump.Filter) -> Void) throws -> [DumpedRecord]
    {
        var filter = JournalDump.Filter()
        change(&filter)
        var records: [DumpedRecord] = []
        try JournalDump(JournalPatient.folder, files: patient.disk).run(filter) {
            records.append($0)
            return true
        }
        return records
    }

    @Test func `a dump has every record once, in order`() async throws {
        let patient = try await JournalPatient.make()
        let all = try dump(patient) { _ in }
        #expect(all.count == 200)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.offset < $1.offset })
        #expect(all.filter { $0.kind == "accepted" }.map(\.message) == patient.messages.map { "\($0.id)" })
        let first = try #require(all.first)
        #expect(first.number == patient.numbers[0] && first.offset == patient.numbers[0])
        #expect(first.sender == "sender@example.org" && first.recipients == ["rcpt@example.net"])
        #expect(first.subject == "Message 0" && first.at == patient.messages[0].at.rfc3339)
    }

    @Test func `filters leave what was asked for`() async throws {
        let patient = try await JournalPatient.make()
        let one = try dump(patient) { $0.message = patient.messages[61].id }
        #expect(one.map(\.kind) == ["accepted", "attempted"])
        #expect(one.last?.outcome == "deferred" && one.last?.reason == "connectionRefused")
        #expect(one.last?.next == WallTime(milliseconds: 9_000).rfc3339)
        #expect(one.allSatisfy { $0.number == patient.numbers[61] })
        let range = try dump(patient) { $0.range = patient.numbers[30]..<patient.numbers[60] }
        #expect(range.count { $0.kind == "accepted" } == 30)
        let attempts = try dump(patient) { $0.kinds = ["attempted"] }
        #expect(attempts.count == 80 && attempts.allSatisfy { $0.kind == "attempted" })
        #expect(JournalDump.kinds.count == RecordKind.allCases.count)
    }

    @Test func `a dump shows where the log is damaged and goes on behind it`() async throws {
        let patient = try await JournalPatient.make()
        let report = try JournalHarm.recordHeader.apply(to: patient)
        let all = try dump(patient) { _ in }
        let hole = try #require(all.first { $0.kind == "damaged" })
        #expect(hole.file == report.file && hole.position == UInt64(report.offset ?? 0))
        #expect(all.count { $0.kind == "accepted" } == 119)
    }

    @Test func `the content of one message comes out byte for byte, and damaged content not at all`() async throws {
        let patient = try await JournalPatient.make()
        let message = patient.messages[50]
        var bytes: [UInt8] = []
        try JournalDump(JournalPatient.folder, files: patient.disk).content(of: message.id) { bytes += $0 }
        #expect(bytes == message.content.added + message.content.original)
        #expect(throws: InspectionFailure.noContent) {
            try JournalDump(JournalPatient.folder, files: patient.disk).content(of: JournalSample.tenant) { _ in }
        }
        let report = try JournalHarm.content.apply(to: patient)
        #expect(
            throws: InspectionFailure.damagedContent(file: report.file, offset: UInt64(report.offset ?? 0))
        ) {
            try JournalDump(JournalPatient.folder, files: patient.disk)
                .content(of: patient.messages[report.named[0]].id) { _ in }
        }
    }
}
