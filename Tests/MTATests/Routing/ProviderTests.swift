import Mail
import Testing

@testable import MTA

@Suite struct ProviderTests {
    @Test(arguments: [
        ("gmail-smtp-in.l.google.com", "google"), ("aspmx.l.google.com", "google"), ("smtp.google.com", "google"),
        ("alt1.aspmx.l.googlemail.com", "google"), ("hotmail-com.olc.protection.outlook.com", "microsoft"),
        ("contoso-com.mail.protection.outlook.com", "microsoft"), ("contoso-com.a-v1.mx.microsoft", "microsoft"),
        ("mta5.am0.yahoodns.net", "yahoo"), ("mx-aol.mail.gm0.yahoodns.net", "yahoo"),
        ("mx01.mail.icloud.com", "apple"), ("mx1.comcast.net", "comcast"), ("smtp-in.orange.fr", "orange"),
        ("mx00.emig.gmx.net", "gmx"), ("mx-ha02.web.de", "gmx"), ("mxs.mail.ru", "mailru"), ("emx.mail.ru", "mailru"),
        ("mx.zoho.com", "zoho"), ("mx2.zoho.eu", "zoho"), ("mxa-00000000.gslb.pphosted.com", "proofpoint"),
        ("eu-smtp-inbound-1.mimecast.com", "mimecast"), ("d1.ess.barracudanetworks.com", "barracuda"),
        ("inbound-smtp.eu-west-1.amazonaws.com", "amazon"), ("mx.yandex.net", "yandex"),
    ])
    func knowsTheLargeOnes(_ host: String, _ provider: String) {
        #expect(Provider.of(host: host) == provider)
        #expect(Provider.names.contains(provider))
    }

    @Test(arguments: [
        "", ".", "com", "mx.example.com", "google.com.example", "notgoogle.com", "outlook.com",
        "ec2-192-0-2-1.compute.amazonaws.com", "mail.com",
    ])
    func doesNotTakeOthersForThem(_ host: String) { #expect(Provider.of(host: host) == nil) }

    @Test func theTableContradictsItselfNowhere() {
        let suffixes = Provider.table.flatMap(\.suffixes)
        #expect(Set(suffixes).count == suffixes.count)
        #expect(Set(Provider.names).count == Provider.names.count)
        for suffix in suffixes { #expect(suffix == suffix.lowercased() && Domain(suffix) != nil, "\(suffix)") }
    }

    /// Names of customers' lines and servers.
    @Test(arguments: [
        "c-192-0-2-1.hsd1.ca.comcast.net", "ip192-0-2-1.oc.oc.cox.net", "cpe-192-0-2-1.socal.res.rr.com",
        "lputeaux-656-1-1-1.w192-0.abo.wanadoo.fr", "ip-192-0-2-1.ip.secureserver.net", "somebody.hd.free.fr",
    ])
    func doesNotTakeCustomersForThem(_ host: String) { #expect(Provider.of(host: host) == nil) }

    /// Whoever owns a domain must not speak for a provider by naming it in front of a host of their own.
    @Test func allHostsDecide() {
        #expect(Provider.of(groups: [["aspmx.l.google.com"], ["alt1.aspmx.l.google.com"]]) == "google")
        #expect(
            Provider.of(groups: [["a-test.mail.protection.outlook.com"], ["ms12345678.msv1.invalid"]]) == "microsoft")
        #expect(Provider.of(groups: [["ms12345678.msv1.invalid"]]) == nil)
        #expect(Provider.of(groups: [["nowhere.google.com"], ["mx.evil.example"]]) == nil)
        #expect(Provider.of(groups: [["backup.example"], ["aspmx.l.google.com"]]) == nil)
        #expect(Provider.of(groups: [["aspmx.l.google.com", "mx.yandex.net"]]) == nil)
        #expect(Provider.of(groups: []) == nil)
        #expect(Provider.of(groups: [[]]) == nil)
    }

    @Test func rollsUpAProvidersDomains() async throws {
        let resolver = TableResolver()
        resolver.mx["one.test"] = [(0, "one-test.mail.protection.outlook.com")]
        resolver.mx["two.test"] = [(0, "two-test.mail.protection.outlook.com")]
        resolver.mx["own.test"] = [(0, "mx.own.test")]
        func router(_ sites: Exit.Sites) throws -> TableRouter {
            TableRouter(
                try RouteTable([RouteRule(.any, exit: "direct")], exits: [RouteTableTests.exit("direct", sites)]),
                resolver: resolver, time: HandClock(), ownNames: [])
        }
        func route(_ router: TableRouter, _ name: String) async -> Route? {
            guard case .route(let route) = await router.route(to: Domain(canonical: name), isTest: false) else {
                return nil
            }
            return route
        }
        let rolling = try router(.byProvider)
        let one = try #require(await route(rolling, "one.test"))
        #expect(one.site == "direct:@microsoft" && !one.limits.mixesDestinations)
        #expect(await route(rolling, "two.test")?.site == one.site)
        guard case .route(let known) = rolling.knownRoute(to: Domain(canonical: "one.test"), isTest: false) else {
            Issue.record("forgotten")
            return
        }
        #expect(known.site == one.site && !known.limits.mixesDestinations)
        let own = try #require(await route(rolling, "own.test"))
        #expect(own.site == "direct:mx.own.test" && own.limits.mixesDestinations)
        // Switched off.
        #expect(
            await route(try router(.byExchanges), "one.test")?.site == "direct:one-test.mail.protection.outlook.com")
    }
}
