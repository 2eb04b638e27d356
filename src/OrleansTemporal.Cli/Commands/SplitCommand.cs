using System.CommandLine;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal split</c>: spreads a namespace over more partitions, or over fewer.</summary>
internal static class SplitCommand
{
    public static Command Create(SessionStart start)
    {
        var ns = KeyArguments.Namespace();
        var partitions = new Option<int>("--partitions") { Description = $"Over how many, from 1 to {Limits.PartitionsMax}; fewer than now merges.", HelpName = "n", Required = true };
        var command = new ExampleCommand(
            "split",
            "Spread a namespace over a number of partitions, while it is read and written. No key is copied.",
            "otemporal split users --partitions 4",
            "otemporal split users --partitions 1")
        {
            ns, partitions,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var name = session.Get(ns);
            var count = session.Get(partitions);
            var target = await session.OpenAsync(cancellationToken);
            var before = await target.SplitAsync(name, count, cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("namespace", name);
                    json.WriteNumber("partitionsBefore", before);
                    json.WriteNumber("partitions", count);
                    json.WriteEndObject();
                });
            else
                session.Answers.WriteLine($"{name} has {count} {(count == 1 ? "partition" : "partitions")}, before {before}");
            return ExitCodes.Ok;
        });
        return command;
    }
}
