using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansTemporal.Errors;
using OrleansTemporal.Import;
using OrleansTemporal.Rendering;
using OrleansTemporal.Targets;
using OrleansTemporal.Timelines;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal timeline</c>: dense states that change in few components at a time.</summary>
internal static partial class TimelineCommand
{
    private const int ShownMax = 20;

    public static Command Create(SessionStart start) => new ExampleCommand(
        "timeline",
        "Keep every step of a dense state (weights, an embedding, a sensor grid), with branches, merges and exact rollback.",
        "otemporal timeline import model.safetensors --name w",
        "otemporal timeline log w --graph",
        "otemporal timeline checkout w --as-of 12 --out then.f32")
    {
        Define(start), List(start), Show(start), Import(start), Put(start), State(start), Checkout(start), Diff(start), Evolution(start), Together(start), Log(start),
        Branch(start), Merge(start), Rollback(start), Mark(start), Observe(start),
    };

    private static ExampleCommand Define(SessionStart start)
    {
        var name = Name();
        var dimensions = new Option<int>("--dimensions") { Description = $"Components of the state, 1 to {Limits.TimelineDimensionsMax}; they never change.", HelpName = "n", Required = true };
        var policy = new Option<string?>("--policy") { Description = "The policy as JSON; what is not named gets its default.", HelpName = "json" };
        var metadata = new Option<string[]>("--metadata") { Description = "A text about the timeline, as in owner=ada; may be repeated. Those of before go.", HelpName = "key=value" };
        var command = new ExampleCommand(
            "define",
            "Make a timeline, or give it another policy or other metadata.",
            "otemporal timeline define w --dimensions 1000",
            "otemporal timeline define w --dimensions 1000 --policy '{\"magnitudeThreshold\":0.01,\"conflict\":\"reject\"}'",
            "otemporal timeline define w --dimensions 1000 --metadata owner=ada --metadata model=small")
        {
            name, dimensions, policy, metadata,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken, mayCreate: true);
            var definition = ParseDefinition(session.Get(dimensions), session.Get(policy)) with { Metadata = [.. (session.Get(metadata) ?? []).Select(PairOf)] };
            var receipt = await target.Timelines.DefineAsync(session.Get(name), definition, cancellationToken);
            Receipts.Write(session.Answers, receipt, $"timeline '{session.Get(name)}' has {Words.Count(session.Get(dimensions))} components");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand List(SessionStart start)
    {
        var command = new ExampleCommand("list", "List the timelines of the workspace.", "otemporal timeline list");
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await Limiting.ShowAsync(session, target.Timelines.ListAsync(cancellationToken), 0, static (json, name) => json.WriteStringValue(name), new Table().AddColumn("timeline"), static name => [name]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Show(SessionStart start)
    {
        var name = Name();
        var command = new ExampleCommand("show", "Show what a timeline is and which branches it has.", "otemporal timeline show w") { name };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var info = await target.Timelines.GetInfoAsync(session.Get(name), cancellationToken);
            if (session.Answers.IsJson)
            {
                session.Answers.WriteJson(json => WriteInfo(json, info));
                return ExitCodes.Ok;
            }

            session.Answers.WriteLine($"{session.Get(name)}: {Words.Count(info.Definition!.Dimensions)} components, {Words.Count(info.StepCount)} steps");
            foreach (var (key, value) in info.Definition.Metadata)
                session.Answers.WriteLine($"{key}={value}");
            var table = new Table().AddColumns("branch", "from", "behind", "newest step", "steps");
            foreach (var branch in info.Branches)
                table.AddRow(branch.Name, branch.From, Words.Count(branch.ForkSequence), Words.Count(branch.HeadSequence), Words.Count(branch.StepCount));
            session.Answers.WriteTable(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Import(SessionStart start)
    {
        var file = new Argument<string>("file") { Description = "A safetensors file, or float32 values in little-endian order." };
        var name = new Option<string>("--name") { Description = "The timeline; made when it is not there.", Required = true };
        var branch = BranchOption();
        var command = new ExampleCommand(
            "import",
            "Record a file as the next state of a timeline.",
            "otemporal timeline import model.safetensors --name w",
            "otemporal timeline import epoch2.safetensors --name w --branch tuned")
        {
            file, name, branch,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var path = session.Get(file)!;
            var target = await session.OpenAsync(cancellationToken, mayCreate: true);
            var share = 0.0;
            float[] state = [];
            var progress = new Latest(value => Volatile.Write(ref share, value));
            await ProgressBars.ShowAsync(session, Path.GetFileName(path), () => Volatile.Read(ref share), async () =>
                state = path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
                    ? await SafetensorsFile.ReadAsync(path, progress, cancellationToken)
                    : ReadPlain(await File.ReadAllBytesAsync(path, cancellationToken)));
            await DefineWhenMissingAsync(target.Timelines, session.Get(name)!, state.Length, cancellationToken);
            var delta = await target.Timelines.CaptureAsync(session.Get(name)!, session.Get(branch)!, state, [new("file", Path.GetFileName(path))], cancellationToken);
            WriteStep(session.Answers, delta);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Put(SessionStart start)
    {
        var name = Name();
        var state = new Argument<string>("state") { Description = "The state as a JSON list, or @file." };
        var branch = BranchOption();
        var command = new ExampleCommand("put", "Record a state that is given as JSON.", "otemporal timeline put w '[0.5,0,0]'", "otemporal timeline put w @state.json --branch tuned") { name, state, branch };
        start.Run(command, async (session, cancellationToken) =>
        {
            var text = session.Get(state)!;
            var json = text.StartsWith('@') ? await File.ReadAllTextAsync(text[1..], cancellationToken) : text;
            var target = await session.OpenAsync(cancellationToken);
            WriteStep(session.Answers, await target.Timelines.CaptureAsync(session.Get(name), session.Get(branch)!, ParseState(json), [], cancellationToken));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Argument<string> Name() => new("timeline") { Description = "The timeline." };

    private static Option<string> BranchOption() => new("--branch") { Description = "The branch.", DefaultValueFactory = static _ => "main" };

    private static async Task DefineWhenMissingAsync(ITimelineTarget timelines, string name, int dimensions, CancellationToken cancellationToken)
    {
        try
        {
            await timelines.GetInfoAsync(name, cancellationToken);
        }
        catch (TemporalException missing) when (missing.Code == ErrorCodes.TimelineNotFound)
        {
            await timelines.DefineAsync(name, new TimelineDefinition(dimensions, new TimelinePolicy()), cancellationToken);
        }
    }

    private static TimelineDefinition ParseDefinition(int dimensions, string? policy)
    {
        try
        {
            using var json = JsonDocument.Parse(policy is null ? $$"""{"dimensions":{{dimensions}}}""" : $$"""{"dimensions":{{dimensions}},"policy":{{policy}}}""");
            return TimelineJson.Read(json.RootElement);
        }
        catch (JsonException malformed)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedJson, $"The policy is not JSON: {malformed.Message}", malformed) { Field = "policy" };
        }
    }

    private static KeyValuePair<string, string> PairOf(string text) => text.IndexOf('=', StringComparison.Ordinal) is var equals and > 0
        ? new(text[..equals], text[(equals + 1)..])
        : throw Advice.Refuse($"'{text}' is no pair of metadata, which is written key=value.");

    private static float[] ParseState(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<float[]>(json) ?? [];
        }
        catch (JsonException malformed)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedJson, $"The state is no JSON list of numbers: {malformed.Message}", malformed) { Field = "state" };
        }
    }

    private static float[] ReadPlain(byte[] bytes) => bytes.Length % sizeof(float) == 0
        ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
        : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.DimensionMismatch, "A file of float32 values has four bytes for each.") { Field = "file" };

    private static void WriteStep(Answers answers, TimelineDelta? delta)
    {
        if (answers.IsJson)
            answers.WriteJson(json => WriteDelta(json, delta));
        else
            answers.WriteLine(delta is null ? "nothing differs enough to be a step" : $"step {delta.Sequence} at {delta.SystemTime}: {Words.Count(delta.DimensionsChanged)} components, l2 {delta.L2Norm:0.######}");
    }

    private static void WriteInfo(Utf8JsonWriter json, TimelineInfo info)
    {
        json.WriteStartObject();
        TimelineJson.WriteMembers(json, info.Definition!);
        json.WriteNumber("deltas", info.StepCount);
        json.WriteNumber("buffered", info.BufferedCount);
        json.WriteStartArray("branches");
        foreach (var branch in info.Branches)
        {
            json.WriteStartObject();
            json.WriteString("name", branch.Name);
            json.WriteString("from", branch.From);
            json.WriteNumber("forkSequence", branch.ForkSequence);
            json.WriteNumber("headSequence", branch.HeadSequence);
            json.WriteNumber("deltas", branch.StepCount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteDelta(Utf8JsonWriter json, TimelineDelta? delta)
    {
        if (delta is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("id", delta.Id);
        json.WriteNumber("sequence", delta.Sequence);
        json.WriteString("systemTime", delta.SystemTime.ToString());
        json.WriteString("branch", delta.Branch);
        json.WriteString("change", delta.Change.ToString().ToLowerInvariant());
        json.WriteStartArray("parents");
        foreach (var parent in delta.Parents)
            json.WriteNumberValue(parent);
        json.WriteEndArray();
        json.WriteNumber("dimensionsChanged", delta.DimensionsChanged);
        json.WriteNumber("l2Norm", delta.L2Norm);
        json.WriteEndObject();
    }
}
