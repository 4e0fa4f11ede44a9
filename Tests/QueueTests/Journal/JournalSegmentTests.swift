import Foundation
import Mail
import Testing

@testable import Queue

/// Sealing, removal and restating, on the real file system with small segments.
@Suite(.timeLimit(.minutes(1)))
struct JournalSegmentTests {
    static func options(_ folder: String) -> JournalOptions {
        var options = JournalOptions(folder: folder)
        options.segmentSize = 16 << 10
        return options
    }

    static func segments(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".seg") }.sorted()
    }

    /// Waits for the writer's housekeeping, which nobody is told of.
    static func eventually(_ condition: () throws -> Bool) async rethrows -> Bool {
        for _ in 0..<5_000 {
            if try condition() { return true }
            try? await Task.sleep(for: .milliseconds(2))
        }
        return false
    }

    @Test func `recovery reads indexes only and finds every message in order`() async throws {
        try await JournalSample.withFolder { folder in
            let messages = (0..<200).map { JournalSample.message($0, recipients: ["a@\($0 % 7).example"]) }
            var (journal, recovered, report) = try Journal.reopen(Self.options(folder))
            var numbers: [UInt64] = []
            for message in messages { numbers.append(try await journal.accept(message)) }
            journal.note([
                JournalSample.deferred(messages[3], numbers[3], attempt: 2, next: 5_000),
                JournalSample.delivered(messages[4], numbers[4]),
            ])
            journal.close()
            (journal, recovered, report) = try Journal.reopen(Self.options(folder))
            defer { journal.close() }
            #expect(report.segments > 5)
            #expect(report.scanned == 1)
            #expect(report.damages.isEmpty)
            #expect(recovered.map(\.number) == numbers.enumerated().filter { $0.offset != 4 }.map(\.element))
            #expect(recovered[3].pending.first?.attempts == 2)
            #expect(recovered[3].pending.first?.nextAttempt == WallTime(milliseconds: 5_000))
            #expect(recovered.first?.pending.first?.domain == Domain(canonical: "0.example"))
            for (index, number) in numbers.enumerated() {
                #expect(try journal.load(number).content.original == messages[index].content.original)
            }
        }
    }

    @Test func `a segment goes when its messages are finished and every consumer has passed it`() async throws {
        try await JournalSample.withFolder { folder in
            var options = Self.options(folder)
            options.tailEvents = 10
            let (journal, _, _) = try Journal.reopen(options)
            defer { journal.close() }
            journal.acknowledge("projection", upTo: 0)
            let messages = (0..<200).map { JournalSample.message($0) }
            for message in messages {
                journal.note([JournalSample.delivered(message, try await journal.accept(message))])
            }
            let last = JournalSample.message(1_000)
            _ = try await journal.accept(last)
            // The consumer has seen nothing: all is there.
            let before = try Self.segments(folder)
            #expect(before.count > 5)
            let (events, next) = try await journal.read(from: 0, limit: 1_000)
            #expect(events.count == 401)
            #expect(try Self.segments(folder) == before)
            journal.acknowledge("projection", upTo: next)
            #expect(try await Self.eventually { try Self.segments(folder).count == 1 })
            // What is gone is said to be gone, and what the consumer holds is still a good place.
            await #expect(throws: EventLogFailure.self) { try await journal.readForTest(from: 0) }
            #expect(try await journal.read(from: next, limit: 10).events.isEmpty)
            _ = try await journal.accept(JournalSample.message(2_000))
            #expect(try await journal.read(from: next, limit: 10).events.count == 1)
        }
    }

    @Test func `a message that is deferred for long is written again and keeps its number`() async throws {
        try await JournalSample.withFolder { folder in
            var (journal, recovered, report) = try Journal.reopen(Self.options(folder))
            let straggler = JournalSample.message(0, recipients: ["a@example.net", "b@example.com", "c@example.org"])
            let number = try await journal.accept(straggler)
            journal.note([
                JournalSample.delivered(straggler, number, recipient: 1),
                JournalSample.deferred(straggler, number, recipient: 2, attempt: 3, next: 77_000),
            ])
            let first = try #require(try Self.segments(folder).first)
            for index in 1..<300 {
                let message = JournalSample.message(index)
                journal.note([JournalSample.delivered(message, try await journal.accept(message))])
            }
            #expect(try await Self.eventually { try !Self.segments(folder).contains(first) })
            #expect(try await Self.eventually { try Self.segments(folder).count <= 4 })
            let expected = [
                RecipientState(), RecipientState(attempts: 1, isFinished: true),
                RecipientState(attempts: 3, nextAttempt: WallTime(milliseconds: 77_000)),
            ]
            var loaded = try journal.load(number)
            #expect(loaded.content.added == straggler.content.added)
            #expect(loaded.content.original == straggler.content.original)
            #expect(loaded.recipientStates == expected)
            journal.note([JournalSample.delivered(straggler, number, recipient: 0)])
            journal.close()
            (journal, recovered, report) = try Journal.reopen(Self.options(folder))
            #expect(report.damages.isEmpty)
            #expect(recovered.map(\.number) == [number])
            #expect(recovered.first?.id == straggler.id)
            #expect(recovered.first?.pending.map(\.recipient) == [2])
            #expect(recovered.first?.pending.first?.attempts == 3)
            loaded = try journal.load(number)
            #expect(loaded.content.original == straggler.content.original)
            #expect(loaded.recipientStates[0].isFinished)
            journal.note([JournalSample.delivered(straggler, number, recipient: 2)])
            journal.close()
            (journal, recovered, report) = try Journal.reopen(Self.options(folder))
            journal.close()
            #expect(recovered.isEmpty)
        }
    }

    /// The note that a message is delivered lies in a later segment than the message. If that one goes first, the note
    /// must have been carried over.
    @Test func `notes outlive their segment as long as their message's record exists`() async throws {
        try await JournalSample.withFolder { folder in
            var options = Self.options(folder)
            options.restateBelow = 0
            var (journal, recovered, _) = try Journal.reopen(options)
            // The first segment stays: most of it is undelivered.
            let old = (0..<20).map { JournalSample.message($0) }
            var numbers: [UInt64] = []
            for message in old { numbers.append(try await journal.accept(message)) }
            let first = try #require(try Self.segments(folder).first)
            for index in 0..<10 { journal.note([JournalSample.delivered(old[index], numbers[index])]) }
            // Everything newer is delivered, so all the segments that hold those notes go.
            for index in 100..<600 {
                let message = JournalSample.message(index)
                journal.note([JournalSample.delivered(message, try await journal.accept(message))])
            }
            #expect(try await Self.eventually { try Self.segments(folder).count <= 3 })
            #expect(try Self.segments(folder).first == first)
            journal.close()
            (journal, recovered, _) = try Journal.reopen(options)
            journal.close()
            #expect(recovered.map(\.number) == Array(numbers[10...]))
        }
    }

    @Test func `a record larger than a segment has one for itself`() async throws {
        try await JournalSample.withFolder { folder in
            let large = JournalSample.message(1, size: 300_000)
            var (journal, recovered, report) = try Journal.reopen(Self.options(folder))
            _ = try await journal.accept(JournalSample.message(0))
            let number = try await journal.accept(large)
            _ = try await journal.accept(JournalSample.message(2))
            journal.close()
            (journal, recovered, report) = try Journal.reopen(Self.options(folder))
            defer { journal.close() }
            #expect(recovered.count == 3)
            #expect(report.segments == 3)
            #expect(try journal.load(number).content.original == large.content.original)
        }
    }

    /// Random traffic against a model, with restarts.
    @Test(arguments: 0..<6) func `the ledger agrees with a model`(_ seed: Int) async throws {
        try await JournalSample.withFolder { folder in
            var generator = JournalDice(state: UInt64(seed))
            var options = Self.options(folder)
            options.restateDistance = 1
            options.restateBelow = 0.5
            var model: [UInt64: (AcceptedMessage, [RecipientState])] = [:]
            for round in 0..<6 {
                let (journal, recovered, report) = try Journal.reopen(options)
                #expect(report.damages.isEmpty)
                let expected = model.filter { !$0.value.1.allSatisfy(\.isFinished) }
                #expect(recovered.map(\.number) == expected.keys.sorted(), "round \(round)")
                for message in recovered {
                    let states = try #require(expected[message.number]).1
                    let pending = states.enumerated().filter { !$0.element.isFinished }
                    #expect(message.pending.map(\.recipient) == pending.map { UInt32($0.offset) })
                    #expect(message.pending.map(\.attempts) == pending.map(\.element.attempts))
                    #expect(message.pending.map(\.nextAttempt) == pending.map(\.element.nextAttempt))
                }
                for step in 0..<150 {
                    if Int.random(in: 0..<2, using: &generator) == 0 {
                        let recipients = (0..<Int.random(in: 1...3, using: &generator)).map {
                            "r\($0)@d\($0 % 2).example"
                        }
                        let message = JournalSample.message(round * 1_000 + step, recipients: recipients)
                        let number = try await journal.accept(message)
                        model[number] = (message, recipients.map { _ in RecipientState() })
                    }
                    guard
                        let number = model.filter({ !$0.value.1.allSatisfy(\.isFinished) }).keys.sorted()
                            .randomElement(using: &generator), let (message, states) = model[number]
                    else { continue }
                    let recipient = Int.random(in: 0..<states.count, using: &generator)
                    if states[recipient].isFinished { continue }
                    var state = states[recipient]
                    switch Int.random(in: 0..<5, using: &generator) {
                    case 0:
                        state.attempts += 1
                        state.nextAttempt = WallTime(milliseconds: Int64(step))
                        journal.note([
                            JournalSample.deferred(
                                message, number, recipient: UInt32(recipient), attempt: state.attempts,
                                next: Int64(step))
                        ])
                    case 1:
                        state.isFinished = true
                        journal.note([JournalSample.cancelled(message, number, [UInt32(recipient)])])
                    case 2:
                        state.isFinished = true
                        journal.note([JournalSample.bounced(message, number, [UInt32(recipient)])])
                    default:
                        state.isFinished = true
                        journal.note([JournalSample.delivered(message, number, recipient: UInt32(recipient))])
                    }
                    model[number]?.1[recipient] = state
                }
                for (number, (message, states)) in model where !states.allSatisfy(\.isFinished) {
                    #expect(try journal.load(number).content.original == message.content.original)
                }
                journal.close()
            }
        }
    }
}

extension Journal {
    func readForTest(from offset: UInt64) async throws(EventLogFailure) { _ = try await read(from: offset, limit: 10) }
}
