import Mail
import Storage

extension MessageService {
    /// Content that is composed before any of it is written: what a batch of large messages may take of memory.
    private static let groupBytes = 32 << 20

    /// Sends each message for itself. Returns when all that were accepted would survive a power cut; those of a batch of
    /// usual size are written side by side, with one sync.
    /// - Returns: what became of each, in the order of the request; at least one was accepted.
    /// - Throws: what is wrong with the request as a whole; where no message was accepted, why.
    package func send(_ batch: BatchRequest, by caller: Caller) async throws(ServiceFailure) -> [BatchItem] {
        try caller.require(.messagesSend)
        guard (1...BatchRequest.limit).contains(batch.count) else { throw Self.wrongCount(of: batch) }
        let now = time.wall
        var run = BatchRun(batch, first: batch.identity?.id ?? UUIDv7(at: now))
        let merge = try merge(batch, now: now)
        var senders = senders(of: caller)
        let mayExist = batch.identity?.mayExist == true
        if mayExist { await progress.catchUp() }
        // Of texts, as they were filled: data in their tags makes much of little.
        var made = 0
        for index in 0..<batch.count {
            if mayExist, let sent = try await kept(run.id(index), by: caller) {
                run.found(sent, at: index)
                continue
            }
            do throws(ServiceFailure) {
                guard made <= options.maxBatchSize else { throw tooLarge }
                let check = try check(index, of: batch, merge, now: now)
                made += check.textSize
                run.add(try await compose(check, id: run.id(index), senders: &senders), at: index)
            } catch {
                run.failed(error, at: index)
            }
            if run.waitingBytes >= Self.groupBytes { run.settle(await intake.accept(batch: run.waiting)) }
        }
        if !run.waiting.isEmpty { run.settle(await intake.accept(batch: run.waiting)) }
        return try run.items()
    }

    private func merge(_ batch: BatchRequest, now: WallTime) throws(ServiceFailure) -> MailMerge? {
        guard case .merge(let request, let recipients) = batch.form else { return nil }
        let merge = try MailMerge(request, options: options, now: now)
        // The body of a request bounds what it says, not what that is multiplied with.
        let (size, overflow) = merge.size.multipliedReportingOverflow(by: recipients.count)
        guard !overflow, size <= options.maxBatchSize else {
            throw tooLarge
        }
        // Copies go out with every message: both counts are within their limits, and a million is their product.
        let deliveries = recipients.count * (1 + request.cc.count + request.bcc.count)
        guard deliveries <= options.maxBatchDeliveries else {
            throw ServiceFailure(
                .payloadTooLarge,
                "The batch makes \(deliveries) deliveries; \(options.maxBatchDeliveries) are taken. Send it in smaller "
                    + "parts.")
        }
        return merge
    }

    private var tooLarge: ServiceFailure {
        ServiceFailure(
            .payloadTooLarge,
            "The batch makes more than \(options.maxBatchSize) bytes of messages. Send it in smaller parts.")
    }

    private func check(
        _ index: Int, of batch: BatchRequest, _ merge: MailMerge?, now: WallTime
    ) throws(ServiceFailure) -> SendCheck {
        switch batch.form {
        case .messages(let messages):
            var check = SendCheck(try messages[index].get(), options: options, now: now)
            check.run()
            return check
        case .merge(let request, let recipients):
            if let merge { return merge.check(for: recipients[index]) }
            return try MailMerge(request, options: options, now: now).check(for: recipients[index])
        }
    }

    private static func wrongCount(of batch: BatchRequest) -> ServiceFailure {
        let field =
            switch batch.form {
            case .messages: "messages"
            case .merge: "recipient_variables"
            }
        return ServiceFailure(details: [
            .init(
                .invalidParameter, field: field,
                message: "\(batch.count) messages; a batch has 1 to \(BatchRequest.limit).")
        ])
    }
}
