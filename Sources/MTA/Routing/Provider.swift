/// Large receivers under whose mail hosts many domains live. All domains of one share a site, so one queue and one set
/// of limits: what one of them thinks of a sender holds for all.
///
/// Open data: the suffixes of the MX hosts that each provider publishes for its own domains or tells its customers to
/// publish. A host belongs to the longest suffix that it lies within.
package enum Provider {
    /// Provider names as they appear in site names and `limits`, with their MX suffixes. Sources: the MX records that
    /// the provider publishes for the domains in the comment (`dig MX`), and its setup pages for customers.
    static let table: [(name: String, suffixes: [String])] = [
        // gmail.com; Workspace: "Set up MX records for Google Workspace" (smtp.google.com, aspmx.l.google.com).
        ("google", ["google.com", "googlemail.com", "psmtp.com"]),
        // outlook.com, hotmail.com (olc); Exchange Online: "DNS records for Microsoft 365", and with DNSSEC mx.microsoft.
        ("microsoft", ["protection.outlook.com", "hotmail.com", "mx.microsoft", "protection.office365.us"]),
        // yahoo.com, aol.com, att.net, verizon.net (am0.yahoodns.net).
        ("yahoo", ["yahoodns.net", "mx.aol.com"]),
        // icloud.com, me.com; custom domains: mx01.mail.icloud.com.
        ("apple", ["mail.icloud.com", "mail.me.com", "apple.com"]),
        // comcast.net (mx1.comcast.net, mxge.comcast.net).
        ("comcast", ["comcast.net"]),
        // cox.net.
        ("cox", ["cox.net"]),
        // charter.net, spectrum.net, rr.com.
        ("charter", ["charter.net", "email.rr.com"]),
        // orange.fr, wanadoo.fr.
        ("orange", ["orange.fr", "wanadoo.fr"]),
        // free.fr.
        ("free", ["free.fr"]),
        // sfr.fr, neuf.fr.
        ("sfr", ["sfr.fr"]),
        // laposte.net.
        ("laposte", ["laposte.net"]),
        // gmx.net, gmx.de, web.de (mx00.emig.gmx.net, mx-ha03.web.de), mail.com (mx00.mail.com).
        ("gmx", ["gmx.net", "web.de", "mx00.mail.com", "mx01.mail.com"]),
        // IONOS customers: mx00.ionos.de, mx00.kundenserver.de, mx00.1and1.com.
        ("ionos", ["ionos.de", "ionos.com", "kundenserver.de", "1and1.com", "perfora.net", "ionos.co.uk", "ionos.es"]),
        // t-online.de, magenta.de.
        ("telekom", ["t-online.de"]),
        // freenet.de.
        ("freenet", ["freenet.de"]),
        // mail.ru, bk.ru, inbox.ru, list.ru; VK WorkSpace customers: emx.mail.ru.
        ("mailru", ["mail.ru"]),
        // yandex.ru; Yandex 360 customers: mx.yandex.net.
        ("yandex", ["yandex.ru", "yandex.net"]),
        // Zoho Mail customers, by data centre.
        ("zoho", ["zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.com.cn", "zoho.jp", "zohomail.com"]),
        // proton.me; custom domains: mail.protonmail.ch, mailsec.protonmail.ch.
        ("proton", ["protonmail.ch"]),
        // fastmail.com; custom domains: in1-smtp.messagingengine.com.
        ("fastmail", ["messagingengine.com"]),
        // qq.com; Exmail customers: mxbiz1.qq.com.
        ("tencent", ["qq.com"]),
        // 163.com, 126.com, yeah.net; enterprise: mxhm.qiye.163.com.
        ("netease", ["netease.com", "163.com", "126.com"]),
        // naver.com.
        ("naver", ["naver.com"]),
        // libero.it, virgilio.it.
        ("libero", ["libero.it"]),
        // seznam.cz; custom domains: mx1.seznam.cz.
        ("seznam", ["seznam.cz"]),
        // wp.pl, o2.pl.
        ("wp", ["wp.pl"]),
        // GoDaddy Workspace customers: smtp.secureserver.net, mailstore1.secureserver.net.
        ("godaddy", ["secureserver.net"]),
        // Rackspace Email customers: mx1.emailsrvr.com.
        ("rackspace", ["emailsrvr.com"]),
        // OVH customers: mx1.mail.ovh.net.
        ("ovh", ["mail.ovh.net"]),
        // Namecheap Private Email, and forwarding (registrar-servers.com).
        ("namecheap", ["privateemail.com", "registrar-servers.com"]),
        // Amazon WorkMail and SES receiving. Only these names: anybody's server may have one below amazonaws.com.
        (
            "amazon",
            ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1"].map { "inbound-smtp.\($0).amazonaws.com" }
        ),
        // Filters in front of customers' own servers: what they refuse, they refuse for all.
        // Proofpoint Enterprise (pphosted.com), Essentials (ppe-hosted.com), US government.
        ("proofpoint", ["pphosted.com", "ppe-hosted.com", "gpphosted.com"]),
        // Mimecast, by region: eu-smtp-inbound-1.mimecast.com.
        ("mimecast", ["mimecast.com", "mimecast.co.za", "mimecast-offshore.com"]),
        // Barracuda Email Gateway Defense: dNNNNN.ess.barracudanetworks.com.
        ("barracuda", ["barracudanetworks.com"]),
        // Cisco Secure Email: mx1.hcNNNN-NN.iphmx.com.
        ("cisco", ["iphmx.com"]),
        // Trellix/FireEye ETP.
        ("trellix", ["fireeyecloud.com", "fireeyegov.com"]),
        // Symantec/Broadcom Email Security.cloud: cluster1.us.messagelabs.com.
        ("symantec", ["messagelabs.com"]),
        // Trend Micro Email Security: DOMAIN.in.tmes.trendmicro.com.
        ("trendmicro", ["tmes.trendmicro.com", "tmes.trendmicro.eu"]),
        // Sophos Email: mx-01-us-east-2.prod.hydra.sophos.com.
        ("sophos", ["hydra.sophos.com"]),
        // Hornetsecurity: mx01.hornetsecurity.com, antispameurope.com.
        ("hornetsecurity", ["hornetsecurity.com", "antispameurope.com"]),
        // N-able Mail Assure, SpamExperts.
        ("spamexperts", ["antispamcloud.com", "spamexperts.com", "mtaroutes.com"]),
        // Cloudflare Email Routing: route1.mx.cloudflare.net.
        ("cloudflare", ["mx.cloudflare.net"]),
    ]

    /// Names further below are those of customers' own lines and servers, where anybody may answer: only what lies
    /// directly below is the provider's.
    private static let shallow: Set<String> = [
        "comcast.net", "cox.net", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "libero.it", "secureserver.net",
    ]

    private static let bySuffix: [String: String] = {
        var found: [String: String] = [:]
        for (name, suffixes) in table { for suffix in suffixes { found[suffix] = name } }
        return found
    }()

    package static var names: [String] { table.map(\.name) }

    /// The provider that a host belongs to.
    /// - Parameter host: lower case, without a dot at its end.
    package static func of(host: String) -> String? {
        var rest = Substring(host)
        var below = 0
        while true {
            // Hosts have few labels, so looking up each suffix is quicker than trying each provider.
            let suffix = String(rest)
            if let name = bySuffix[suffix] { return below > 1 && shallow.contains(suffix) ? nil : name }
            guard let dot = rest.firstIndex(of: ".") else { return nil }
            rest = rest[rest.index(after: dot)...]
            below += 1
        }
    }

    /// The provider of a destination: that of *all* its hosts. With one more host elsewhere it would be up to the
    /// destination who answers in the provider's name: it need only name a best host of the provider that takes no
    /// mail, and a backup of its own.
    /// - Parameter groups: of equal preference, best first.
    package static func of(groups: [[String]]) -> String? {
        var found: String?
        for host in groups.joined() where !isNowhere(host) {
            guard let provider = of(host: host), found ?? provider == provider else { return nil }
            found = provider
        }
        return found
    }

    /// RFC 6761 §6.4. Domains that moved to Exchange Online keep `msNNNNNNNN.msv1.invalid` as their last host.
    private static func isNowhere(_ host: String) -> Bool { host.hasSuffix(".invalid") }
}
