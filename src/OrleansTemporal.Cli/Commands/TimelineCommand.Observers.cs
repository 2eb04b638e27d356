using System.CommandLine;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Rendering;
using OrleansTemporal.Timelines;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <content>Observers: <c>otemporal timeline observe</c>.</content>
internal static partial class TimelineCommand
{
    private static ExampleCommand Observe(SessionStart start) => new(
        "observe",
        "Have observers record states: coalesced within an interval, without those that do not differ.",
        "otemporal timeline observe define w sensor --policy '{\"minInterval\":\"1s\",\"magnitudeThreshold\":0.01}'",
        "otemporal timeline observe put w sensor '[0.5,0,0]'",
        "otemporal timeline observe list w")
    {
        DefineObserver(start), ListObservers(start), PutObserved(start),
        Tell(start, "flush", ObserverAction.Flush, "Record the state that waits."),
        Tell(start, "pause", ObserverAction.Pause, "Record the state that waits, and refuse states from then on."),
        Tell(start, "resume", ObserverAction.Resume, "Accept states again."),
        Tell(start, "remove", ObserverAction.Terminate, "Remove an observer; its steps stay."),
    };

    private static ExampleCommand DefineObserver(SessionStart start)
    {
        var (name, observer) = (Name(), ObserverName());
        var policy = new Option<string?>("--policy") { Description = "The policy as JSON; what is not named gets its default.", HelpName = "json" };
        var command = new ExampleCommand(
            "define",
            "Make an observer, or give it another policy.",
            "otemporal timeline observe define w sensor",
            "otemporal timeline observe define w sensor --policy '{\"detector\":\"adaptive\",\"heartbeats\":true}'")
        {
            name, observer, policy,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var receipt = await target.Observers.DefineAsync(session.Get(name), session.Get(observer), ParseObserver(session.Get(policy)), cancellationToken);
            Receipts.Write(session.Answers, receipt, $"observer '{session.Get(observer)}' watches '{session.Get(name)}'");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand ListObservers(SessionStart start)
    {
        var name = Name();
        var command = new ExampleCommand("list", "List the observers of a timeline with what they have done.", "otemporal timeline observe list w") { name };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var observers = await target.Observers.ListAsync(session.Get(name), cancellationToken);
            if (session.Answers.IsJson)
            {
                foreach (var observer in observers)
                    session.Answers.WriteJson(json => WriteObserver(json, observer));
                return ExitCodes.Ok;
            }

            var table = new Table().AddColumns("observer", "state", "interval", "threshold", "steps", "left out", "coalesced", "waiting");
            foreach (var observer in observers)
            {
                table.AddRow(
                    observer.Name,
                    ObserverJson.NameOf(observer.Status),
                    Durations.Format(observer.Policy.MinInterval),
                    observer.Policy.MagnitudeThreshold.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    Words.Count(observer.Metrics.DeltasCaptured),
                    Words.Count(observer.Metrics.DeltasFiltered),
                    Words.Count(observer.Metrics.StatesCoalesced),
                    Words.Count(observer.PendingCount));
            }

            session.Answers.WriteTable(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand PutObserved(SessionStart start)
    {
        var (name, observer) = (Name(), ObserverName());
        var state = new Argument<string>("state") { Description = "The state as a JSON list, or @file." };
        var command = new ExampleCommand("put", "Show a state to an observer.", "otemporal timeline observe put w sensor '[0.5,0,0]'", "otemporal timeline observe put w sensor @state.json") { name, observer, state };
        start.Run(command, async (session, cancellationToken) =>
        {
            var text = session.Get(state)!;
            var json = text.StartsWith('@') ? await File.ReadAllTextAsync(text[1..], cancellationToken) : text;
            var target = await session.OpenAsync(cancellationToken);
            WriteObserved(session.Answers, await target.Observers.ShowAsync(session.Get(name), session.Get(observer), ParseState(json), cancellationToken));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Tell(SessionStart start, string verb, ObserverAction action, string summary)
    {
        var (name, observer) = (Name(), ObserverName());
        var command = new ExampleCommand(verb, summary, $"otemporal timeline observe {verb} w sensor") { name, observer };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var result = await target.Observers.TellAsync(session.Get(name), new ObserverOrder { Name = session.Get(observer), Action = action }, cancellationToken);
            WriteObserved(session.Answers, result);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Argument<string> ObserverName() => new("observer") { Description = "The observer." };

    private static ObserverPolicy ParseObserver(string? policy)
    {
        try
        {
            using var json = JsonDocument.Parse(policy ?? "{}");
            return ObserverJson.Read(json.RootElement);
        }
        catch (JsonException malformed)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedJson, $"The policy is not JSON: {malformed.Message}", malformed) { Field = "policy" };
        }
    }

    private static void WriteObserved(Answers answers, ObserverResult result)
    {
        if (answers.IsJson)
        {
            answers.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("outcome", result.Outcome.ToString().ToLowerInvariant());
                json.WriteNumber("pending", result.PendingCount);
                json.WriteString("state", ObserverJson.NameOf(result.Status));
                json.WritePropertyName("delta");
                WriteDelta(json, result.Delta);
                json.WriteEndObject();
            });
            return;
        }

        answers.WriteLine(result.Outcome switch
        {
            ObserverOutcome.Pending => $"waits with {Words.Count(result.PendingCount)} states, the newest of which counts",
            ObserverOutcome.Filtered => "does not differ enough to be a step",
            ObserverOutcome.Idle => $"nothing waited; the observer is {ObserverJson.NameOf(result.Status)}",
            _ => $"step {result.Delta!.Sequence} at {result.Delta.SystemTime}: {Words.Count(result.Delta.DimensionsChanged)} components, l2 {result.Delta.L2Norm:0.######}",
        });
    }

    private static void WriteObserver(Utf8JsonWriter json, ObserverInfo observer)
    {
        json.WriteStartObject();
        json.WriteString("name", observer.Name);
        ObserverJson.WriteMembers(json, observer.Policy);
        json.WriteString("state", ObserverJson.NameOf(observer.Status));
        json.WriteNumber("pending", observer.PendingCount);
        json.WriteNumber("deltasCaptured", observer.Metrics.DeltasCaptured);
        json.WriteNumber("deltasFiltered", observer.Metrics.DeltasFiltered);
        json.WriteNumber("statesCoalesced", observer.Metrics.StatesCoalesced);
        json.WriteString("lastError", observer.Metrics.LastError);
        json.WriteEndObject();
    }
}
