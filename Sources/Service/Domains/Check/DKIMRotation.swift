import Mail

/// The life of a domain's DKIM keys: pure steps over `SendingDomain.dkim`. `DKIMKey.State` says what follows what.
enum DKIMRotation {
    /// Retired keys are forgotten at the first rotation after this time: by then nobody asks what their selector was.
    static let memory = Duration.seconds(90 * 86_400)

    /// The selectors of the next pair: the month, so that a look at the zone tells which is older, and a number from
    /// the second pair of a month on. Never one that a key has or had while it is remembered.
    static func selectors(for domain: [DKIMKey], at now: WallTime) -> (rsa: String, ed25519: String) {
        let month = now.rfc3339.prefix(7).filter { $0 != "-" }
        let taken = Set(domain.map(\.selector))
        var number = 1
        while true {
            let suffix = number == 1 ? "" : "\(number)"
            let pair = (rsa: "mt\(month)r\(suffix)", ed25519: "mt\(month)e\(suffix)")
            if !taken.contains(pair.rsa), !taken.contains(pair.ed25519) { return pair }
            number += 1
        }
    }

    /// The pair is to be published beside what signs now. Keys that still wait to be published are replaced.
    static func begin(_ pair: [DKIMKey], in domain: inout SendingDomain, at now: WallTime) {
        domain.dkim.removeAll { key in
            switch key.state {
            case .publishedPending: true
            case .active, .retiring: false
            case .retired: key.removableAt.map { $0 + memory < now } ?? true
            }
        }
        domain.dkim += pair.map { key in
            var key = key
            key.state = .publishedPending
            (key.createdAt, key.activatedAt, key.removableAt) = (now, nil, nil)
            return key
        }
    }

    /// What follows from the records that were seen, and from time alone.
    /// - Parameter isSeen: whether the record of the selector is in the DNS now, with this key.
    static func advance(_ domain: inout SendingDomain, overlap: Duration, at now: WallTime, isSeen: (String) -> Bool) {
        for index in domain.dkim.indices where domain.dkim[index].state == .publishedPending {
            guard isSeen(domain.dkim[index].selector) else { continue }
            let algorithm = domain.dkim[index].algorithm
            for other in domain.dkim.indices
            where domain.dkim[other].state == .active && domain.dkim[other].algorithm == algorithm {
                domain.dkim[other].state = .retiring
                domain.dkim[other].removableAt = now + overlap
            }
            domain.dkim[index].state = .active
            domain.dkim[index].activatedAt = now
        }
        for index in domain.dkim.indices where domain.dkim[index].state == .retiring {
            if domain.dkim[index].removableAt.map({ $0 <= now }) ?? true { domain.dkim[index].state = .retired }
        }
    }
}
