using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Targets;

/// <summary>The records of timelines from their JSON.</summary>
internal static class RestTimelines
{
    public static TimelineInfo ReadInfo(JsonElement answer) => new()
    {
        Definition = ReadDefinition(answer),
        DefinitionSequence = answer.GetProperty("policySequence").GetInt64(),
        StepCount = answer.GetProperty("deltas").GetInt32(),
        BufferedCount = answer.GetProperty("buffered").GetInt32(),
        Branches = [.. answer.GetProperty("branches").EnumerateArray().Select(ReadBranch)],
    };

    public static TimelineDelta ReadDelta(JsonElement answer) => new()
    {
        Id = answer.GetProperty("id").GetString()!,
        Sequence = answer.GetProperty("sequence").GetInt64(),
        SystemTime = Instant(answer),
        Root = Distinction.Parse(answer.GetProperty("root").GetString()!),
        Change = Enum.Parse<TimelineChange>(answer.GetProperty("change").GetString()!, ignoreCase: true),
        Branch = answer.GetProperty("branch").GetString()!,
        Parents = [.. answer.GetProperty("parents").EnumerateArray().Select(static parent => parent.GetInt64())],
        DimensionsChanged = answer.GetProperty("dimensionsChanged").GetInt32(),
        L2Norm = answer.GetProperty("l2Norm").GetDouble(),
        MaxComponent = answer.GetProperty("maxComponent").GetDouble(),
        Density = answer.GetProperty("density").GetDouble(),
        RestoredSequence = answer.TryGetProperty("restored", out var restored) ? restored.GetInt64() : null,
        ComposedCount = answer.TryGetProperty("composed", out var composed) ? composed.GetInt32() : 0,
        Resolution = answer.TryGetProperty("resolution", out var resolution) ? resolution.GetString() : null,
        Metadata = [.. answer.GetProperty("metadata").EnumerateObject().Select(static pair => KeyValuePair.Create(pair.Name, pair.Value.GetString()!))],
    };

    public static TimelineDiff ReadDiff(JsonElement answer) => new()
    {
        Indices = answer.GetProperty("indices").EnumerateArray().Select(static index => index.GetInt32()).ToArray(),
        Values = ReadFloats(answer.GetProperty("values")),
        L2Norm = answer.GetProperty("l2Norm").GetDouble(),
        FromSequence = answer.GetProperty("fromSequence").GetInt64(),
        ToSequence = answer.GetProperty("toSequence").GetInt64(),
    };

    public static CoOccurrence ReadTogether(JsonElement answer) => new()
    {
        StepCount = answer.GetProperty("steps").GetInt32(),
        ComponentCount = answer.GetProperty("components").GetInt32(),
        PairCount = answer.GetProperty("pairCount").GetInt32(),
        Pairs =
        [
            .. answer.GetProperty("value").EnumerateArray().Select(static pair => new CoOccurringPair(
                pair.GetProperty("left").GetInt32(),
                pair.GetProperty("right").GetInt32(),
                pair.GetProperty("together").GetInt32(),
                pair.GetProperty("leftChanges").GetInt32(),
                pair.GetProperty("rightChanges").GetInt32(),
                pair.GetProperty("coOccurrence").GetDouble(),
                pair.GetProperty("lift").GetDouble(),
                pair.GetProperty("correlation").GetDouble())),
        ],
        Groups = [.. answer.GetProperty("groups").EnumerateArray().Select(static group => System.Collections.Immutable.ImmutableArray.CreateRange(group.EnumerateArray().Select(static component => component.GetInt32())))],
    };

    public static TimelinePoint ReadPoint(JsonElement answer) => new(answer.GetProperty("sequence").GetInt64(), Instant(answer), answer.GetProperty("value").GetSingle());

    public static TimelineMergeResult ReadMerge(JsonElement answer) => new()
    {
        Base = [.. answer.GetProperty("base").EnumerateArray().Select(static sequence => sequence.GetInt64())],
        Conflicts = [.. answer.GetProperty("conflicts").EnumerateArray().Select(static conflict => new TimelineConflict(
            conflict.GetProperty("index").GetInt32(),
            conflict.GetProperty("base").GetSingle(),
            conflict.GetProperty("ours").GetSingle(),
            conflict.GetProperty("theirs").GetSingle(),
            conflict.GetProperty("merged").GetSingle()))],
        ConflictCount = answer.GetProperty("conflictCount").GetInt32(),
        SourceSequence = 0,
        IntoSequence = 0,
        Receipt = answer.TryGetProperty("agent", out _) ? RestAnswers.ReadReceipt(answer) : null,
        Delta = answer.TryGetProperty("delta", out var delta) ? ReadDelta(delta) : null,
    };

    public static TimelineWriteResult ReadRollback(JsonElement answer) => new()
    {
        Outcome = answer.GetProperty("written").GetBoolean() ? TimelineOutcome.Recorded : TimelineOutcome.Known,
        Receipt = answer.TryGetProperty("agent", out _) ? RestAnswers.ReadReceipt(answer) : null,
        UndoneCount = answer.GetProperty("undone").GetInt32(),
        Delta = answer.TryGetProperty("delta", out var delta) ? ReadDelta(delta) : null,
    };

    public static float[] ReadFloats(JsonElement answer) => [.. answer.EnumerateArray().Select(static value => value.GetSingle())];

    // A server that knows more fields than this client is understood all the same.
    private static TimelineDefinition ReadDefinition(JsonElement answer)
    {
        var policy = answer.GetProperty("policy");
        return new TimelineDefinition(answer.GetProperty("dimensions").GetInt32(), new TimelinePolicy
        {
            MinComponentDiff = policy.GetProperty("minComponentDiff").GetSingle(),
            MagnitudeThreshold = policy.GetProperty("magnitudeThreshold").GetDouble(),
            CheckpointEvery = policy.GetProperty("checkpointEvery").GetInt32(),
            Conflict = TimelineJson.ParseConflict(policy.GetProperty("conflict").GetString(), "conflict"),
            Gap = policy.GetProperty("gap").GetString() == "buffer" ? TimelineGapRule.Buffer : TimelineGapRule.Refuse,
            MaxMagnitude = policy.GetProperty("maxMagnitude") is { ValueKind: JsonValueKind.Number } max ? max.GetDouble() : null,
            LockedDimensions = [.. policy.GetProperty("lockedDimensions").EnumerateArray().Select(static index => index.GetInt32())],
            CheckpointMagnitude = policy.TryGetProperty("checkpointMagnitude", out var magnitude) ? magnitude.GetDouble() : null,
        })
        {
            Metadata = answer.TryGetProperty("metadata", out var metadata) ? TimelineJson.ReadMetadata(metadata) : [],
        };
    }

    private static TimelineBranchInfo ReadBranch(JsonElement answer) => new(
        answer.GetProperty("name").GetString()!,
        answer.TryGetProperty("from", out var from) ? from.GetString()! : "",
        answer.TryGetProperty("forkSequence", out var fork) ? fork.GetInt64() : 0,
        answer.GetProperty("headSequence").GetInt64(),
        answer.GetProperty("deltas").GetInt32(),
        answer.TryGetProperty("systemTime", out _) ? Instant(answer) : HybridTimestamp.Zero);

    private static HybridTimestamp Instant(JsonElement answer) =>
        HybridTimestamp.TryParse(answer.GetProperty("systemTime").GetString()!, out var instant) ? instant : HybridTimestamp.Zero;
}
