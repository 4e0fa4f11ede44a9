/// What one run of `martlet bench` found: everything the text, the JSON and the page are made from. Times are seconds
/// unless the name says otherwise.
package struct BenchReport: Codable, Sendable, Equatable {
    /// `relay`, `api`, `campaign`, `journal`, `sign`, `scheduler`.
    package var kind: String
    /// As the operator chose them, in the order of the help text.
    package var parameters: [Parameter]
    package var machine: Machine
    /// When it began, ISO 8601.
    package var startedAt: String
    /// In the order they ran: `ceiling`, `postfix`, `martlet`; with `--rounds` several of each.
    package var runs: [BenchRun]
    package var advice: [String] = []

    package struct Parameter: Codable, Sendable, Equatable {
        package var name: String
        package var value: String
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package struct Machine: Codable, Sendable, Equatable {
        package var cores: Int
        package var processor: String
        package var memoryMiB: Int
        package var kernel: String
        /// The file system of the data folder, as `ext4`.
        package var fileSystem: String
        package init(cores: Int, processor: String, memoryMiB: Int, kernel: String, fileSystem: String) {
            self.cores = cores
            self.processor = processor
            self.memoryMiB = memoryMiB
            self.kernel = kernel
            self.fileSystem = fileSystem
        }
    }

    package init(kind: String, parameters: [Parameter], machine: Machine, startedAt: String, runs: [BenchRun] = []) {
        self.kind = kind
        self.parameters = parameters
        self.machine = machine
        self.startedAt = startedAt
        self.runs = runs
    }
}

/// One load through one engine.
package struct BenchRun: Codable, Sendable, Equatable {
    /// `ceiling`, `postfix`, `martlet`, or what a local bench measured (`journal append`).
    package var label: String
    /// Sent and acknowledged; of a local bench: operations done.
    package var messages: Int
    /// Refused, or given up by the source.
    package var failed = 0
    /// From the first byte of the source to the last message at the sink (or the end of the work).
    package var seconds: Double
    /// From the first byte of the source to its last acknowledgement; `nil`: nothing is taken in.
    package var ingestSeconds: Double?
    /// Four a second, cumulative.
    package var samples: [Sample] = []
    /// From the end of the content to its acknowledgement, at the source.
    package var acceptLatency: Latency?
    /// From the first byte of a message at the source to the sink's acknowledgement.
    package var endToEndLatency: Latency?
    /// Processor time by part: `source`, `sink`, `engine`; the engine's threads as `engine/NAME`, which are contained
    /// in it.
    package var cost: [PartCost] = []
    package var peakRSSMiB: Double?
    package var peakPSSMiB: Double?
    /// What the engine wrote to the disk (`write_bytes` of /proc/PID/io, whole tree).
    package var bytesWritten: Int?
    /// fdatasync and fsync calls of the engine, where it counts them.
    package var syncs: Int?
    /// Processor time of everything on the machine that is none of the parts: above some percent, something else was
    /// running.
    package var strangersSeconds: Double?
    /// What only this kind of bench knows, for example `ceiling of openssl speed`: name, value, unit.
    package var figures: [Figure] = []

    package struct Sample: Codable, Sendable, Equatable {
        package var at: Double
        package var accepted: Int
        package var arrived: Int
        package var rssMiB: Double
        package init(at: Double, accepted: Int, arrived: Int, rssMiB: Double) {
            self.at = at
            self.accepted = accepted
            self.arrived = arrived
            self.rssMiB = rssMiB
        }
    }

    /// Milliseconds.
    package struct Latency: Codable, Sendable, Equatable {
        package var count: Int
        package var mean: Double
        package var p50: Double
        package var p90: Double
        package var p99: Double
        package var p999: Double
        package var max: Double
        package init(count: Int, mean: Double, p50: Double, p90: Double, p99: Double, p999: Double, max: Double) {
            self.count = count
            self.mean = mean
            self.p50 = p50
            self.p90 = p90
            self.p99 = p99
            self.p999 = p999
            self.max = max
        }
    }

    package struct PartCost: Codable, Sendable, Equatable {
        package var part: String
        package var user: Double
        package var system: Double
        package init(part: String, user: Double, system: Double) {
            self.part = part
            self.user = user
            self.system = system
        }
    }

    package struct Figure: Codable, Sendable, Equatable {
        package var name: String
        package var value: Double
        package var unit: String
        package init(_ name: String, _ value: Double, _ unit: String) {
            self.name = name
            self.value = value
            self.unit = unit
        }
    }

    package init(label: String, messages: Int, seconds: Double) {
        self.label = label
        self.messages = messages
        self.seconds = seconds
    }

    /// Messages a second, end to end.
    package var rate: Double { seconds > 0 ? Double(messages) / seconds : 0 }
    /// Messages a second that the source got rid of.
    package var ingestRate: Double? { ingestSeconds.flatMap { $0 > 0 ? Double(messages) / $0 : nil } }
}
