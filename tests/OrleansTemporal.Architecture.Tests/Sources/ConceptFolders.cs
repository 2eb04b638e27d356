namespace OrleansTemporal.Architecture.Tests.Sources;

/// <summary>
/// The concepts that folders inside src projects are named after, the same in every layer.
/// A new concept is a new line here, with what it means; it is never a place to put leftovers.
/// </summary>
internal static class ConceptFolders
{
    public static IReadOnlyDictionary<string, string> Allowed { get; } = new Dictionary<string, string>
    {
        ["Agents"] = "owners of one causal log each, and how one reaches them",
        ["Backups"] = "copies of workspaces in other stores, and the way back",
        ["Blobs"] = "what the blob service does, call by call",
        ["Branches"] = "copy-on-write forks of agents and workspaces, and their merges",
        ["Caching"] = "bounded memory for what was read from storage",
        ["Catalog"] = "what exists in a workspace: schemas, settings, slot maps",
        ["Causality"] = "deltas, ids, roots, clocks, version vectors",
        ["Channels"] = "delivery of deltas to subscribers",
        ["Subscriptions"] = "what subscribers were handed and have acknowledged",
        ["Codecs"] = "bytes of one facet's payloads and segments",
        ["Commands"] = "what the command line can do, one class each",
        ["Compression"] = "making bytes fewer without losing any",
        ["Encoding"] = "canonical bytes, varints, checksums",
        ["Encryption"] = "data keys, the master key that wraps them, and values under them",
        ["Erasure"] = "removal of payloads that leaves every root verifiable",
        ["Events"] = "what happens, in the words of the domain: what deltas say, and what none does",
        ["Errors"] = "what can go wrong and what the caller does about it",
        ["Export"] = "handing data out in other formats",
        ["Filters"] = "bloom filters and other cheap refusals",
        ["Formats"] = "the frame of magic, version, length and checksum around stored bytes",
        ["Hosting"] = "registration, options, start and stop of a process",
        ["Import"] = "bringing data in from other formats and systems",
        ["Ingest"] = "parsing of bulk formats on their way in",
        ["Integrity"] = "invariants, verification, repair reports",
        ["Journal"] = "the shared append-only log of a process",
        ["Json"] = "documents: parsing, paths, comparison, patches",
        ["Kv"] = "JSON documents by namespace and key",
        ["Lifecycle"] = "consolidation, distillation, genome, tiers, retention",
        ["Lineage"] = "what follows from what: causes and effects of writes, references between documents",
        ["LineProtocol"] = "the text format of measurements",
        ["Local"] = "ports implemented on a local disk",
        ["Logs"] = "one log for each agent, with an owner",
        ["Manifests"] = "the one small mutable object per agent",
        ["Memory"] = "ports implemented in memory",
        ["OpenApi"] = "the machine-readable description of the REST surface",
        ["Operations"] = "idempotency keys, long-running operations, multi-agent writes",
        ["Pages"] = "what a browser shows",
        ["Patterns"] = "standing queries over streams, whose matches are alerts",
        ["Platform"] = "what the operating system gives: files, locks, time",
        ["Ports"] = "interfaces that storage implements",
        ["PromQl"] = "the query language of Prometheus over streams",
        ["Queries"] = "filters, projections, aggregates and their plans",
        ["Rendering"] = "answers as tables, JSON or charts in a terminal",
        ["Requests"] = "from raw HTTP to validated calls and back",
        ["Runs"] = "sorted runs of keys and their merges",
        ["Health"] = "liveness and readiness",
        ["Segments"] = "immutable, indexed pieces of an agent's deltas",
        ["Series"] = "measurements and events by stream, tags and fields",
        ["Signals"] = "weighted events on entities",
        ["Sketches"] = "bounded summaries with a stated error: digests, counters, top-k",
        ["Streaming"] = "server-sent events and other open answers",
        ["Targets"] = "what a command works on: a folder in this process, or a server",
        ["Telemetry"] = "metrics, traces, log messages",
        ["Routing"] = "which deltas go into which channels, and how urgent they are",
        ["Timelines"] = "dense float states that change sparsely",
        ["Vectors"] = "embeddings and their nearest neighbours",
        ["Views"] = "derived, rebuildable projections of agents",
        ["Webhooks"] = "delivery to other people's servers",
        ["Windows"] = "spans of event time that events are gathered into",
        ["Wire"] = "how records travel between processes",
        ["Workspaces"] = "tenants: isolation, permission, quota",
    };

    /// <summary>Names that hide design; they stay out of <see cref="Allowed"/> too.</summary>
    public static IReadOnlySet<string> Forbidden { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "Helpers", "Helper", "Utils", "Utilities", "Util", "Managers", "Models", "Misc", "Common", "Shared", "Stuff",
        // A namespace OrleansTemporal.System would hide the System namespace from every file of the product.
        "System",
    };
}
