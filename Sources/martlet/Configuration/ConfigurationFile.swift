import Foundation
import MTA
import Mail
import Queue
import Yams

/// Reads `martlet.yaml`. Every key is optional but `hostname` and `data`; each mistake is told with its line, all at once.
enum ConfigurationFile {
    /// - Parameter data: takes the place of the file's `data`.
    static func load(_ path: String, data: String? = nil) throws(ConfigurationFailure) -> Configuration {
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw failure(path, 0, "cannot be read: \(error.localizedDescription)")
        }
        return try parse(text, file: path, data: data)
    }

    static func parse(_ text: String, file: String, data: String? = nil) throws(ConfigurationFailure) -> Configuration {
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch {
            throw ConfigurationFailure(file: file, problems: [.init(error)])
        }
        let notes = ConfigurationSection.Notes()
        let section = ConfigurationSection(root, path: "", notes: notes)
        let configuration = read(section, data: data)
        guard notes.problems.isEmpty else {
            throw ConfigurationFailure(file: file, problems: notes.problems.sorted { $0.line < $1.line })
        }
        return configuration
    }

    private static func read(_ section: ConfigurationSection, data: String?) -> Configuration {
        let hostname = section.text("hostname", default: "")
        let folder = section.text("data", default: "")
        if hostname.isEmpty { section.problem("hostname", "is needed: the name of this host in SMTP") }
        if folder.isEmpty, data == nil { section.problem("data", "is needed: the folder that keeps the mail") }
        var configuration = Configuration(hostname: hostname, data: data ?? folder)
        configuration.user = section.optionalText("user")
        configuration.loops = section.number("loops", default: 0, in: 0...256)
        configuration.readLog(section.section("log"))
        configuration.readAPI(section.section("api"))
        configuration.readSubmission(section)
        configuration.readAuthentication(section.section("authentication"))
        configuration.readReports(section.section("reports"))
        configuration.readDomains(section.section("domains"))
        configuration.readOutside(section.section("outside"))
        configuration.readTransports(section)
        configuration.readRoutes(section)
        configuration.readEgress(section)
        configuration.readDNS(section.section("dns"))
        configuration.readQueue(section.section("queue"))
        configuration.readLimits(section)
        configuration.readDaily(section, sources: configuration.sourceNames)
        configuration.readShaping(section.section("shaping"))
        // One time for both halves of a SIGTERM: sessions that take mail in, and lanes that carry it out.
        for index in configuration.listeners.indices {
            configuration.listeners[index].options.timeouts.drain = configuration.drain
        }
        for index in configuration.inbound.listeners.indices {
            configuration.inbound.listeners[index].options.timeouts.drain = configuration.drain
        }
        section.finish()
        return configuration
    }

    private static func failure(_ file: String, _ line: Int, _ message: String) -> ConfigurationFailure {
        ConfigurationFailure(file: file, problems: [.init(line: line, key: "", message: message)])
    }
}
