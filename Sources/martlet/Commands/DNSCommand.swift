import ArgumentParser
import DNSAuth
import Foundation
import Glibc
import HTTPClient
import Loop
import MTA
import Mail

struct DNSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dns", abstract: "Show what a domain publishes about its mail, and say what is wrong.",
        discussion: """
            MX hosts and the site they are, MTA-STS, DANE, TLS-RPT, the SPF tree with its look-ups, DKIM keys, DMARC. \
            DANE can be seen only through a validating resolver that is trusted (--trust-ad). The status is 1 when \
            there is a problem.
            """)

    @Argument(help: "The domain.")
    var domain: String

    @Option(name: .long, parsing: .singleValue, help: "A DKIM selector to look for a key at. May be repeated.")
    var dkim: [String] = []

    @Option(name: .long, help: "HOST:PORT of the name server, an address. Default: /etc/resolv.conf.")
    var resolver: String?

    @Flag(name: .long, help: "Believe the name server when it says that DNSSEC vouches for an answer.")
    var trustAd = false

    @Flag(name: .long, help: "Print the same facts as JSON.")
    var json = false

    func run() async throws {
        let name: Domain
        do { name = try Domain(parsing: domain) } catch {
            throw ValidationError("'\(domain)' is not a domain: \(error)")
        }
        var options = ResolverOptions.system()
        if let resolver {
            guard let server = SocketAddress(resolver) else {
                throw ValidationError("--resolver must be ADDRESS:PORT, not '\(resolver)'")
            }
            options.servers = [server]
        }
        if trustAd { options.trustAD = true }
        var inspection = InspectionOptions()
        inspection.selectors = dkim
        inspection.site = { SiteName.name(exit: "direct", groups: $0) }

        let loops = try EngineProcess.loops(1)
        loops.start()
        let dns = DNSResolver(options: options, on: loops.loops[0])
        let fetcher = CurlFetcher(resolver: dns, on: loops.loops[0])
        let check = MTASTSCheck(resolver: dns, fetcher: fetcher, timeout: .seconds(20))
        let report = await DomainInspection(
            resolver: dns, sts: MTASTSCache(check: check, time: SystemTime()), time: SystemTime(), options: inspection
        ).inspect(name)
        await fetcher.close()
        loops.stop()

        let usesColours = !json && isatty(STDOUT_FILENO) == 1
        if json {
            print(DomainReportJSON.render(report))
        } else {
            print(DomainReportText(usesColours: usesColours).render(report), terminator: "")
        }
        if report.level == .problem { throw ExitCode(1) }
    }
}
