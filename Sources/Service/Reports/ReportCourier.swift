package import DNSAuth
package import Mail

/// As whom reports are sent.
package struct ReportSender: Sendable {
    package var identity: ReportIdentity
    /// Whose mail they are; the domain of the contact address should be a verified one, or reports go out unsigned.
    package var tenant: UUIDv7

    package init(identity: ReportIdentity, tenant: UUIDv7) {
        self.identity = identity
        self.tenant = tenant
    }
}

/// Makes a report of the counts and hands it in, as mail or by POST.
struct ReportCourier: Sendable {
    enum Outcome: Hashable, Sendable {
        case sent(note: String)
        /// Nobody got it, and nobody will.
        case dropped(note: String)
        /// Nobody got it yet.
        case postponed(reason: String)
    }

    /// Bytes of one packed report. A larger one is not sent: most receivers refuse it.
    static let sizeLimit = 10 << 20

    let sender: ReportSender
    let intake: any Intake
    let fetcher: any HTTPFetcher

    func send(
        _ rows: [AggregateRow], about domain: Domain, day: Int, to request: AggregateRequest, at now: WallTime
    ) async -> Outcome {
        guard !rows.isEmpty else { return .dropped(note: "nothing to report") }
        let (report, packed) = await Self.aggregate(rows, request.policy, domain, day, sender.identity)
        guard packed.count <= Self.sizeLimit else { return .dropped(note: "\(packed.count) bytes are too many") }
        return await deliver(to: request.addresses, at: now) { mail throws(ComposeFailure) in
            try mail.compose(report, packed: packed)
        }.outcome
    }

    func send(
        _ counts: [PendingTLS], about destination: Domain, day: Int, to request: TLSRequest, at now: WallTime
    ) async -> Outcome {
        guard !counts.isEmpty else { return .dropped(note: "nothing to report") }
        let (report, packed) = await Self.tls(counts, destination, day, sender.identity)
        guard packed.count <= Self.sizeLimit else { return .dropped(note: "\(packed.count) bytes are too many") }
        var delivery = await deliver(to: request.addresses, at: now) { mail throws(ComposeFailure) in
            try mail.compose(report, about: destination, packed: packed)
        }
        for url in request.urls { await post(packed, to: url, &delivery) }
        return delivery.outcome
    }

    /// What became of one report at all places that want it.
    private struct Delivery {
        var sent: [String] = []
        var failed: [String] = []
        /// Refused for good.
        var refused: [String] = []

        /// Once one place has it, it is not made again: the others do without.
        var outcome: Outcome {
            if sent.isEmpty, !failed.isEmpty { return .postponed(reason: failed.joined(separator: "; ")) }
            let lost = (failed + refused).joined(separator: "; ")
            guard !sent.isEmpty else { return .dropped(note: lost) }
            return .sent(note: sent.joined(separator: ", ") + (lost.isEmpty ? "" : "; not sent: \(lost)"))
        }
    }

    /// One message for each address: who reads reports of a domain is nobody else's business.
    private func deliver(
        to addresses: [Mailbox], at now: WallTime, _ compose: (ReportMail) throws(ComposeFailure) -> [UInt8]
    ) async -> Delivery {
        var delivery = Delivery()
        for address in addresses {
            let id = UUIDv7(at: now)
            let identity = sender.identity
            let mail = ReportMail(
                submitter: identity.submitter,
                from: NamedMailbox(name: identity.organization, mailbox: identity.contact), to: [address], date: now,
                messageID: MessageID.make(id, domain: identity.submitter), seed: id.low)
            let content: [UInt8]
            do throws(ComposeFailure) {
                content = try compose(mail)
            } catch {
                delivery.refused.append("\(address): \(error)")
                continue
            }
            let submission = Submission(
                tenant: sender.tenant,
                envelope: Envelope(
                    sender: identity.contact, recipients: [Recipient(address, notify: .never)],
                    needsSMTPUTF8: address.needsSMTPUTF8 || identity.contact.needsSMTPUTF8),
                content: Content(original: content), origin: .notification, id: id, failureNotice: .eventOnly)
            do throws(Refusal) {
                _ = try await intake.accept(submission)
                delivery.sent.append("\(address)")
            } catch {
                delivery.failed.append("\(address): \(error)")
            }
        }
        return delivery
    }

    /// RFC 8460 §5.4.
    private func post(_ packed: [UInt8], to url: String, _ delivery: inout Delivery) async {
        let request = HTTPFetch(
            .post, url: url, headers: [("Content-Type", "application/tlsrpt+gzip")], body: packed,
            timeout: .seconds(60), limit: 65_536)
        do throws(HTTPFetchFailure) {
            let answer = try await fetcher.fetch(request)
            switch answer.status {
            case 200..<300: delivery.sent.append(url)
            // RFC 8460 §5.5: any other answer is a failure, to be tried again for a day; a client's error stays one.
            case 400..<500 where answer.status != 408 && answer.status != 429:
                delivery.refused.append("\(url): status \(answer.status)")
            default: delivery.failed.append("\(url): status \(answer.status)")
            }
        } catch .badURL {
            delivery.refused.append("\(url): not a URL")
        } catch .forbiddenAddress {
            delivery.refused.append("\(url): a private address")
        } catch {
            delivery.failed.append("\(url): \(error)")
        }
    }

    @concurrent
    private static func aggregate(
        _ rows: [AggregateRow], _ policy: AggregatePolicy, _ domain: Domain, _ day: Int, _ identity: ReportIdentity
    ) async -> (AggregateReport, [UInt8]) {
        let report = ReportAssembly.aggregate(rows, policy: policy, about: domain, day: day, by: identity)
        return (report, GzipFile.pack(AggregateReportWriter.xml(report)))
    }

    @concurrent
    private static func tls(
        _ counts: [PendingTLS], _ destination: Domain, _ day: Int, _ identity: ReportIdentity
    ) async -> (TLSReport, [UInt8]) {
        let report = ReportAssembly.tls(counts, about: destination, day: day, by: identity)
        return (report, GzipFile.pack(TLSReportWriter.json(report)))
    }
}
