/// Where a reply must come from. What is empty is not asked; of each list one entry must hold.
package struct ShapingPlace: Hashable, Sendable {
    package var providers: [String]
    /// Names as `martlet queue` shows them.
    package var sites: [String]
    /// The ways out that site names begin with.
    package var exits: [String]
    /// Suffixes of the name of the host that answered, in lower case, by whole labels.
    package var hosts: [String]

    package init(
        providers: [String] = [], sites: [String] = [], exits: [String] = [], hosts: [String] = []
    ) {
        self.providers = providers
        self.sites = sites
        self.exits = exits
        self.hosts = hosts
    }

    /// The higher, the more specific.
    package var rank: Int {
        let kind = !sites.isEmpty ? 3 : !hosts.isEmpty ? 2 : !providers.isEmpty ? 1 : 0
        return kind * 2 + (exits.isEmpty ? 0 : 1)
    }

    /// How many ranks there are.
    static let ranks = 8

    func holds(_ origin: ShapingOrigin) -> Bool {
        if !sites.isEmpty, !sites.contains(origin.site) { return false }
        if !exits.isEmpty, !exits.contains(where: { $0 == origin.exit }) { return false }
        if !hosts.isEmpty, !hosts.contains(where: { Self.ends(origin.host, in: $0) }) { return false }
        if providers.isEmpty { return true }
        guard let provider = origin.provider else { return false }
        return providers.contains(provider)
    }

    private static func ends(_ host: String, in suffix: String) -> Bool {
        guard host.hasSuffix(suffix) else { return false }
        let before = host.utf8.dropLast(suffix.utf8.count)
        return before.isEmpty || before.last == UInt8(ascii: ".")
    }
}

/// Where one reply came from, as places compare it.
struct ShapingOrigin {
    var site: String
    /// What stands before the first colon of the site's name.
    var exit: Substring
    var provider: String?
    /// Lower case, without the dot at its end.
    var host: String
    /// The site is a provider's, and the host that answered is not. A domain can name hosts of a provider to the router, and its own a
    /// moment later to the transport: what those say must not stop the mail of everybody else.
    var isForeign = false

    /// - Parameter lookUp: the provider of a host; `nil`: nobody knows.
    init(site: String, host: String, lookUp: ((String) -> String?)?) {
        self.site = site
        var name = host.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        self.host = name
        guard let colon = site.firstIndex(of: ":") else {
            exit = ""
            provider = name.isEmpty ? nil : lookUp?(name)
            return
        }
        exit = site[..<colon]
        let rest = site[site.index(after: colon)...]
        let own = name.isEmpty ? nil : lookUp?(name)
        guard rest.first == "@" else {
            provider = own
            return
        }
        provider = String(rest.dropFirst())
        isForeign = lookUp != nil && !name.isEmpty && own != provider
    }
}
