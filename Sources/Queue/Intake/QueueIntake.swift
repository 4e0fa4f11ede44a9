package import Mail
import Synchronization

/// The door of the queue: checks, stamps, makes durable, and hands on.
///
/// Runs on the caller's executor. The content goes from here to the first attempt in memory; the disk has it for the
/// case that this process ends first.
package final class QueueIntake: Intake {
    private let options: IntakeOptions
    private let hostname: String
    private let spool: any Spool
    private let queue: DeliveryQueue
    private let gauge: ResourceGauge
    private let time: any TimeSource
    private let metrics: IntakeMetrics
    private let isClosed = Atomic(false)

    package init(
        options: QueueOptions, spool: any Spool, queue: DeliveryQueue, time: any TimeSource,
        probe: ResourceProbe = .linux
    ) {
        self.options = options.intake
        hostname = options.hostname
        self.spool = spool
        self.queue = queue
        self.time = time
        gauge = ResourceGauge(options: options.intake, probe: probe)
        metrics = IntakeMetrics()
    }

    /// From now on everything but the engine's own notifications is refused with `.shuttingDown`.
    package func close() { isClosed.store(true, ordering: .relaxed) }

    /// Why nothing would be accepted now, whatever it is; `nil`: the door is open. For `/readyz` and for greeting SMTP
    /// clients with 421.
    package var obstacle: Refusal? {
        if isClosed.load(ordering: .relaxed) { return .shuttingDown }
        if !spool.isHealthy { return .storageUnavailable }
        switch gauge.room(at: time.now) {
        case .enough: return nil
        case .diskLow: return .diskLow
        case .memoryHigh: return .overloaded
        }
    }

    package func accept(_ submission: Submission) async throws(Refusal) -> Receipt {
        do {
            return try await admit(submission)
        } catch {
            metrics.refused(error)
            throw error
        }
    }

    package func accept(batch: [Submission]) async -> [Result<Receipt, Refusal>] {
        var results: [Result<Receipt, Refusal>] = []
        results.reserveCapacity(batch.count)
        var stamped: [Stamped] = []
        stamped.reserveCapacity(batch.count)
        for submission in batch {
            do throws(Refusal) {
                let message = try stamp(submission)
                stamped.append(message)
                results.append(.success(message.receipt(number: 0)))
            } catch {
                metrics.refused(error)
                results.append(.failure(error))
            }
        }
        if stamped.isEmpty { return results }
        let written = await spool.accept(batch: stamped.map(\.message))
        var admitted: [(message: AcceptedMessage, number: UInt64, author: Domain?)] = []
        admitted.reserveCapacity(stamped.count)
        var place = 0
        for index in results.indices {
            guard case .success = results[index] else { continue }
            switch written[place] {
            case .success(let number):
                admitted.append((stamped[place].message, number, stamped[place].author))
                results[index] = .success(stamped[place].receipt(number: number))
            case .failure(let failure):
                let refusal = Self.refusal(for: failure)
                metrics.refused(refusal)
                results[index] = .failure(refusal)
            }
            place += 1
        }
        queue.admit(batch: admitted)
        metrics.messagesAccepted(admitted.count)
        return results
    }

    private func admit(_ submission: Submission) async throws(Refusal) -> Receipt {
        let stamped = try stamp(submission)
        let number: UInt64
        do {
            number = try await spool.accept(stamped.message)
        } catch {
            throw Self.refusal(for: error)
        }
        queue.admit(stamped.message, number: number, author: stamped.author)
        metrics.messagesAccepted(1)
        return stamped.receipt(number: number)
    }

    /// A message that was found good, with what this host adds to it; not durable yet.
    private struct Stamped {
        var message: AcceptedMessage
        /// The domain of the From field.
        var author: Domain?

        func receipt(number: UInt64) -> Receipt {
            Receipt(id: message.id, messageID: message.facts.messageID, offset: number, acceptedAt: message.at)
        }
    }

    private func stamp(_ submission: Submission) throws(Refusal) -> Stamped {
        try check(submission)
        let header = submission.header ?? Self.scan(submission.content)
        // RFC 5321 §6.3
        guard header.receivedCount <= options.maximumHops else { throw .mailLoop }

        let at = time.wall
        let id = submission.id ?? UUIDv7(at: at)
        let trace = TraceField(hostname: hostname, id: id, time: at)
        let messageID = header.messageID ?? trace.messageID(author: header.authorDomain)
        var added: [UInt8] = []
        added.reserveCapacity(384 + submission.content.added.count)
        trace.append(to: &added, origin: submission.origin, envelope: submission.envelope)
        if header.messageID == nil {
            added.put("Message-ID: ")
            added.put(messageID)
            added.put("\r\n")
        }
        if !header.hasDate { trace.appendDate(to: &added) }
        added.append(contentsOf: submission.content.added)
        let content = Content(added: added, original: submission.content.original)
        var envelope = submission.envelope
        if !envelope.is8Bit { envelope.is8Bit = EightBit.isFound(in: content.original) }

        let message = AcceptedMessage(
            id: id, tenant: submission.tenant, at: at,
            facts: QueuedMessage(
                envelope: envelope, stream: submission.stream, origin: submission.origin,
                failureNotice: submission.failureNotice, isTest: submission.isTest, size: content.count,
                messageID: messageID, headerFrom: header.from ?? "", headerTo: header.to ?? "",
                subject: header.subject ?? "", notBefore: submission.notBefore, campaign: submission.campaign,
                tags: submission.tags, metadata: submission.metadata),
            content: content)
        return Stamped(message: message, author: header.authorDomain)
    }

    /// The caller may have put fields in front of the client's bytes already.
    private static func scan(_ content: Content) -> HeaderSummary {
        var header = HeaderSummary.scan(content.original)
        if !content.added.isEmpty {
            let added = HeaderSummary.scan(content.added)
            header.messageID = added.messageID ?? header.messageID
            header.hasDate = header.hasDate || added.hasDate
            header.from = added.from ?? header.from
            header.authorDomain = added.authorDomain ?? header.authorDomain
            header.to = added.to ?? header.to
            header.subject = added.subject ?? header.subject
            header.receivedCount += added.receivedCount
        }
        return header
    }

    private func check(_ submission: Submission) throws(Refusal) {
        guard submission.content.count <= options.maximumMessageSize else {
            throw .tooLarge(limit: options.maximumMessageSize)
        }
        if let obstacle {
            switch (submission.origin, obstacle) {
            case (.notification, .diskLow), (.notification, .overloaded), (.notification, .shuttingDown):
                // What the engine owes the sender of accepted mail is not load that can be shed.
                break
            case (.notification, .storageUnavailable), (.notification, .tooLarge), (.notification, .mailLoop),
                (.api, _), (.smtp, _):
                throw obstacle
            }
        }
    }

    private static func refusal(for failure: JournalFailure) -> Refusal {
        switch failure {
        case .tooLarge(let limit): .tooLarge(limit: limit)
        case .closed: .shuttingDown
        case .diskFull, .locked, .unusable, .unsupportedVersion, .writeFailed, .notFound, .damaged, .unreadable:
            .storageUnavailable
        }
    }
}
