import DNSAuth
import Foundation
import Mail
import MartletTesting
import Testing

@testable import Service
@testable import Storage

/// Reports that come in by mail.
@Suite struct ReportIntakeTests {
    let rig = ReportRig()

    @Test func `Only the configured addresses take reports`() async throws {
        let intake = try rig.intake()
        #expect(await intake.refusal(for: Mailbox("DMARC-Reports@receiver.example")!) == nil)
        let other = await intake.refusal(for: Mailbox("someone@receiver.example")!)
        #expect(other?.code == 550)
    }

    @Test func `Each kind of report is stored as what it is`() async throws {
        let intake = try rig.intake()
        try await intake.deliver(rig.message(1, try rig.aggregateMail()))
        try await intake.deliver(rig.message(2, ReportRig.tlsMail))
        try await intake.deliver(rig.message(3, ReportRig.feedbackMail, passes: false))
        let stored = try await rig.store.reports(ReportQuery())
        #expect(stored.map(\.kind) == [.failure, .tls, .aggregate])
        #expect(stored.map(\.domain) == ["example.org", "example.org", "example.org"])
        #expect(stored.map(\.isAuthenticated) == [false, true, true])
        #expect(stored[2].total == 12)
        #expect(stored[2].sender == "reporter.example")
    }

    /// A thread that tasks prefer, as a conversation prefers its loop.
    private final class Preferred: TaskExecutor {
        private let queue = DispatchQueue(label: "preferred")
        private static let key = DispatchSpecificKey<Bool>()

        init() { queue.setSpecific(key: Self.key, value: true) }

        static var isHere: Bool { DispatchQueue.getSpecific(key: key) == true }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    @Test func `The loop that a report came in on does not read it`() async {
        let places = await Task(executorPreference: Preferred()) {
            (before: Preferred.isHere, reading: await ReportIntake.elsewhere { Preferred.isHere })
        }.value
        #expect(places.before && !places.reading)
    }

    @Test func `A report that comes twice is there once`() async throws {
        let intake = try rig.intake()
        let mail = try rig.aggregateMail()
        for number in 1...2 { try await intake.deliver(rig.message(number, mail)) }
        #expect(try await rig.store.reports(ReportQuery()).count == 1)
    }

    @Test func `What cannot be read is kept with its reason`() async throws {
        let intake = try rig.intake()
        let bomb = GzipFile.pack([UInt8](repeating: 0x3C, count: 8 << 20))
        let mails: [(String, String)] = [
            ("Subject: hi\r\n\r\nWhere do I find your terms?\r\n", "no part of the message is a report"),
            (ReportRig.attached(bomb), "the report is packed more than 200 to one"),
            (
                ReportRig.attached(Array("<!DOCTYPE a><feedback/>".utf8)),
                "the report has a DOCTYPE or entity declaration"
            ),
        ]
        for (number, mail) in mails.enumerated() {
            try await intake.deliver(rig.message(number, Array(mail.0.utf8)))
        }
        let stored = try await rig.store.reports(ReportQuery())
        #expect(stored.reversed().map(\.reason) == mails.map(\.1))
        let kept = try await rig.store.report(stored[2].id)
        #expect(kept?.content == .unreadable(reason: mails[0].1, message: Array(mails[0].0.utf8)))
    }

    @Test func `A store that does not work refuses the mail for now`() async throws {
        let intake = try rig.intake()
        rig.database.close()
        await #expect(throws: Refusal.storageUnavailable) {
            try await intake.deliver(rig.message(1, try rig.aggregateMail()))
        }
    }

    @Test func `Every message that is taken counts, and the policy that was not applied is said`() async throws {
        let counts = AggregateAccumulator()
        let sink = CountedSink(try rig.intake(), counts: counts)
        try await sink.deliver(rig.message(1, ReportRig.tlsMail))
        try await sink.deliver(rig.message(2, ReportRig.feedbackMail, passes: false))
        let rows = counts.drain().map(\.row).sorted { $0.isDKIMAligned && !$1.isDKIMAligned }
        #expect(rows.map(\.disposition) == [.pass, .none])
        #expect(rows.map(\.overrides) == [[], [AggregateOverride(.localPolicy)]])
        #expect(rows[0].envelopeTo == "receiver.example")
    }
}
