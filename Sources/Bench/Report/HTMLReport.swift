/// The report as one page: figures, advice, pictures and the whole table. It needs nothing else, runs no script, and is
/// readable on a telephone and on a dark screen.
package struct HTMLReport {
    private let report: BenchReport
    private let groups: [RunGroup]

    package init(_ report: BenchReport) {
        self.report = report
        groups = RunGroup.groups(of: report.runs)
    }

    /// The file's text; UTF-8.
    package var text: String {
        var page = Markup()
        page.literal("<!doctype html>\n")
        page.open("html", ["lang": "en"])
        page.line()
        head(&page)
        page.open("body")
        page.open("main")
        page.line()
        top(&page)
        notes(&page)
        let charts = ReportCharts(groups).all
        if !charts.isEmpty {
            page.leaf("h2", "Over the run")
            page.open("div", ["class": "charts"])
            page.line()
            for chart in charts { page.append(chart) }
            page.close("div")
            page.line()
        }
        if !groups.isEmpty { table(&page) }
        rounds(&page)
        page.close("main")
        page.close("body")
        page.close("html")
        page.line()
        return page.text
    }

    private func head(_ page: inout Markup) {
        page.open("head")
        page.empty("meta", ["charset": "utf-8"])
        page.empty("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        // Nothing on the page may ask for anything: it is a file that people send each other.
        page.empty(
            "meta",
            ["http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'"])
        page.leaf("title", "martlet bench \(report.kind), \(report.startedAt)")
        page.open("style")
        page.literal(Self.style)
        page.close("style")
        page.close("head")
        page.line()
    }

    private func top(_ page: inout Markup) {
        let machine = report.machine
        page.leaf("h1", "martlet bench \(report.kind)")
        page.leaf("p", ["class": "soft"], report.parameters.map { "\($0.name) \($0.value)" }.joined(separator: ", "))
        page.leaf(
            "p", ["class": "soft"],
            "\(report.startedAt), \(machine.cores) cores (\(machine.processor)), \(machine.memoryMiB) MiB, "
                + "\(machine.kernel), data on \(machine.fileSystem)")
        let tiles = tiles
        if !tiles.isEmpty {
            page.open("ul", ["class": "tiles"])
            for (figure, words) in tiles {
                page.open("li")
                page.leaf("b", figure)
                page.leaf("span", words)
                page.close("li")
            }
            page.close("ul")
        }
        page.line()
    }

    /// The engine's figures that people ask for first; of a bench without it, the rate of each label.
    private var tiles: [(String, String)] {
        guard let engine = groups.first(where: { $0.label == "martlet" }) else {
            return groups.prefix(6).compactMap { group in
                group.median(.rate).map { (ReportWords.figure($0), "\(group.label), a second") }
            }
        }
        var tiles: [(String, String)] = []
        if let rate = engine.median(.rate) { tiles.append((ReportWords.figure(rate), "messages/s end to end")) }
        if let postfix = groups.first(where: { $0.label == "postfix" }),
            let ratio = ReportRatios.ratio(engine, postfix, .rate)
        {
            tiles.append(("\(ReportWords.figure(ratio)) x", "the rate of postfix"))
        }
        if let p99 = RunGroup.median(engine.runs.compactMap { $0.acceptLatency?.p99 }) {
            tiles.append(("\(ReportWords.figure(p99)) ms", "p99 to accept"))
        }
        if let cost = engine.median(.engineCPU) { tiles.append(("\(ReportWords.figure(cost)) µs", "CPU a message")) }
        if let memory = engine.median(.peakRSS) { tiles.append(("\(ReportWords.figure(memory)) MiB", "RSS, peak")) }
        return tiles
    }

    private func notes(_ page: inout Markup) {
        let warnings = Advice.warnings(report)
        for warning in warnings { page.leaf("p", ["class": "warn", "role": "note"], "Warning: \(warning)") }
        let ratios = ReportRatios.lines(groups)
        if !ratios.isEmpty { list("Compared", ratios, &page) }
        let advice = report.advice.filter { !warnings.contains($0) }
        if !advice.isEmpty { list("Advice", advice, &page) }
    }

    private func list(_ title: String, _ lines: [String], _ page: inout Markup) {
        page.leaf("h2", title)
        page.open("ul", ["class": "notes"])
        for line in lines { page.leaf("li", line) }
        page.close("ul")
        page.line()
    }

    private func table(_ page: inout Markup) {
        let metrics = ReportMetric.all(in: report.runs, cores: report.machine.cores)
        let isMedian = groups.contains { $0.runs.count > 1 }
        page.leaf("h2", isMedian ? "All figures (medians of the rounds)" : "All figures")
        page.open("div", ["class": "wide", "tabindex": "0", "role": "region", "aria-label": "All figures"])
        page.open("table")
        page.open("thead")
        page.open("tr")
        page.leaf("th", ["scope": "col"], "")
        page.leaf("th", ["scope": "col"], "")
        for group in groups { page.leaf("th", ["scope": "col"], group.label) }
        page.close("tr")
        page.close("thead")
        page.open("tbody")
        page.line()
        for metric in metrics {
            page.open("tr")
            page.leaf("th", ["scope": "row", "class": metric.title.hasPrefix(" ") ? "deep" : "row"], metric.title)
            page.leaf("td", ["class": "unit"], metric.unit)
            for group in groups { page.leaf("td", group.median(metric).map(ReportWords.figure) ?? "") }
            page.close("tr")
            page.line()
        }
        page.close("tbody")
        page.close("table")
        page.close("div")
        page.line()
    }

    private func rounds(_ page: inout Markup) {
        guard groups.contains(where: { $0.runs.count > 1 }) else { return }
        let rate = ReportMetric.rate(in: report.runs)
        page.leaf("h2", "Each round, \(rate.title) (\(rate.unit))")
        page.open("div", ["class": "wide", "tabindex": "0", "role": "region", "aria-label": "Each round"])
        page.open("table")
        page.open("tbody")
        for group in groups {
            page.open("tr")
            page.leaf("th", ["scope": "row"], group.label)
            for run in group.runs { page.leaf("td", ReportWords.figure(run.rate)) }
            page.close("tr")
        }
        page.close("tbody")
        page.close("table")
        page.close("div")
        page.line()
    }
}
