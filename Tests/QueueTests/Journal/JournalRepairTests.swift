import Mail
import Testing

@testable import Queue

/// `martlet journal repair`: what it mends, what it costs, and that it may be cut off anywhere.
@Suite(.timeLimit(.minutes(3)))
struct JournalRepairTests {
    /// Messages that wait and can be found again.
    private static func expected(_ patient: JournalPatient, _ report: JournalHarm.Report) -> Set<UUIDv7> {
        Set(patient.waiting).subtracting(report.lost.map { patient.messages[$0].id })
    }

    @Test(arguments: JournalHarm.allCases) func `without a word of consent nothing is touched`(
        _ harm: JournalHarm
    ) async throws {
        let patient = try await JournalPatient.make()
        _ = try harm.apply(to: patient)
        let before = JournalPatient.contents(patient.disk)
        let outcome = try JournalPatient.repair(patient.disk, isConfirmed: false)
        #expect(outcome.after == nil)
        #expect(!outcome.steps.isEmpty)
        #expect(JournalPatient.contents(patient.disk) == before)
    }

    @Test(arguments: JournalHarm.allCases) func `a repair brings back all that can be read, and the engine starts`(
        _ harm: JournalHarm
    ) async throws {
        let patient = try await JournalPatient.make()
        let report = try harm.apply(to: patient)
        let original = JournalPatient.contents(patient.disk)
        let outcome = try JournalPatient.repair(patient.disk)
        let after = try #require(outcome.after)
        #expect(after.damages.map(\.kind) == report.remaining.filter(\.isDamage), "\(after.findings)")
        #expect(after.unfinished == Self.expected(patient, report).count)
        // Whatever was taken away or written over lies in quarantine as it was found.
        let kept = JournalPatient.contents(patient.disk)
        let touched = Set(outcome.steps.filter { [.setAside, .rewrite].contains($0.action) }.map(\.finding.file))
        for name in touched {
            let bytes = try #require(original[JournalPatient.folder + "/" + name])
            let copies = kept.filter { $0.key.contains("/quarantine/") }
            #expect(copies.contains { $0.value == bytes }, "\(name) is not in quarantine")
        }
        let restart = try JournalPatient.restart(patient.disk)
        #expect(Set(restart.waiting) == Self.expected(patient, report))
        #expect(restart.damages == 0)
        // What the engine writes next is found again.
        let (journal, _, _) = try Journal.reopen(JournalPatient.options(patient.disk))
        _ = try await journal.accept(JournalSample.message(777))
        journal.close()
        #expect(try JournalPatient.restart(patient.disk).waiting.contains(JournalSample.message(777).id))
    }

    @Test(arguments: JournalHarm.allCases) func `a second repair has nothing to do`(_ harm: JournalHarm) async throws {
        let patient = try await JournalPatient.make()
        _ = try harm.apply(to: patient)
        try JournalPatient.repair(patient.disk)
        let mended = JournalPatient.contents(patient.disk)
        let again = try JournalPatient.repair(patient.disk)
        #expect(again.steps.allSatisfy { $0.action == .leave }, "\(again.steps)")
        #expect(again.kept == 0)
        #expect(JournalPatient.contents(patient.disk) == mended)
    }

    static let cutOff: [JournalHarm] = [.recordHeader, .segmentHeader, .swapped, .indexHeader, .foreignFirst, .tornEnd]

    /// At every call in turn the process dies, or the power goes; then somebody repairs again.
    @Test(arguments: cutOff) func `a repair that is cut off anywhere loses nothing`(_ harm: JournalHarm) async throws {
        let sample = try await JournalPatient.make(60)
        let report = try harm.apply(to: sample)
        let pristine = sample.disk.afterKill()
        let expected = Self.expected(sample, report)
        let whole = pristine.afterKill()
        let start = whole.calls
        try JournalPatient.repair(whole)
        let calls = whole.calls - start
        var generator = SplitMix64(seed: 5)
        var rounds = 0
        for call in stride(from: 1, through: calls, by: max(1, calls / 60)) {
            let disk = pristine.afterKill()
            disk.plan(call.isMultiple(of: 2) ? .crashBefore : .crashAfter, atCall: call)
            _ = try? JournalPatient.repair(disk)
            guard disk.isCrashed else { continue }
            rounds += 1
            let next = call.isMultiple(of: 3) ? disk.afterPowerCut(&generator) : disk.afterKill()
            let outcome = try JournalPatient.repair(next)
            #expect(outcome.after?.damages.isEmpty == true, "call \(call): \(outcome.after?.findings ?? [])")
            let restart = try JournalPatient.restart(next)
            #expect(Set(restart.waiting) == expected, "call \(call)")
            #expect(restart.damages == 0)
        }
        #expect(rounds > 20)
    }

    /// A disk that refuses says so, and the journal is as it was.
    @Test func `a full disk ends a repair before anything is changed`() async throws {
        let patient = try await JournalPatient.make(60)
        let report = try JournalHarm.recordHeader.apply(to: patient)
        patient.disk.failAll(.write)
        #expect(throws: InspectionFailure.self) { try JournalPatient.repair(patient.disk) }
        patient.disk.failAll(nil)
        let survey = try patient.survey()
        #expect(survey.damages.map(\.kind) == [.record])
        try JournalPatient.repair(patient.disk)
        #expect(Set(try JournalPatient.restart(patient.disk).waiting) == Self.expected(patient, report))
    }

    @Test func `a consumer reads over a mended stretch without a word`() async throws {
        let patient = try await JournalPatient.make()
        let report = try JournalHarm.severalRecords.apply(to: patient)
        try JournalPatient.repair(patient.disk)
        let (journal, _, _) = try Journal.reopen(JournalPatient.options(patient.disk))
        defer { journal.close() }
        let (events, next) = try await journal.read(from: 0, limit: 1_000)
        let queued = events.filter { if case .queued = $0.kind { true } else { false } }.map(\.message)
        let lost = report.lost.map { patient.messages[$0].id }
        #expect(queued == patient.messages.map(\.id).filter { !lost.contains($0) })
        #expect(next == journal.end)
    }

    /// Two repairs of the same segment, weeks apart: the second does not write over what the first kept.
    @Test func `quarantine keeps every state a segment was found in`() async throws {
        let patient = try await JournalPatient.make()
        _ = try JournalHarm.recordHeader.apply(to: patient)
        try JournalPatient.repair(patient.disk)
        let other = patient.messages(in: 1)[2]
        let place = patient.place(other, in: 1)
        patient.alter(1) { $0[place + 9] ^= 4 }
        try JournalPatient.repair(patient.disk)
        let name = patient.segments[1]
        #expect(
            Set(patient.disk.names.filter { $0.contains("/quarantine/") })
                == ["/journal/quarantine/\(name)", "/journal/quarantine/\(name).2"])
    }
}
