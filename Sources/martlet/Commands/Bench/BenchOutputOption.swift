import ArgumentParser
import Bench
import Foundation

/// Where the report of a bench goes besides the terminal.
struct BenchOutputOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("Write all figures as JSON; '-' prints them in place of the text.", valueName: "file"))
    var json: String?

    @Option(name: .long, help: ArgumentHelp("Write a page with charts.", valueName: "file"))
    var html: String?

    @Flag(name: .long, help: "No progress on standard error.")
    var quiet = false

    var progress: LoadProgress { LoadProgress(isQuiet: quiet) }

    /// Files that cannot be written are found out before the bench and not behind it.
    func check() throws {
        for (option, path) in [("--json", json), ("--html", html)] {
            guard let path, path != "-" || option == "--html" else { continue }
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            guard FileManager.default.isWritableFile(atPath: folder), !isFolder(path) else {
                throw ValidationError("\(option): cannot write '\(path)'")
            }
        }
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Adds the advice and shows it all.
    func show(_ report: BenchReport) throws {
        var report = report
        report.advice += Advice.lines(report)
        let json = self.json == nil ? Data() : try JSONReport(report).encoded()
        if self.json == "-" {
            print(String(decoding: json, as: UTF8.self))
        } else {
            print(TextReport(report).text, terminator: "")
        }
        Terminal.flush()
        if let path = self.json, path != "-" { try write(json, to: path) }
        if let html { try write(Data(HTMLReport(report).text.utf8), to: html) }
    }

    private func write(_ data: Data, to path: String) throws {
        do { try data.write(to: URL(fileURLWithPath: path)) } catch {
            throw CleanExitError(description: "cannot write '\(path)': \(error.localizedDescription)")
        }
    }
}
