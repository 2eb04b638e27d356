using System.CommandLine;
using OrleansTemporal.Rendering;
using OrleansTemporal.Targets;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal verify</c>: checks what is stored, byte by byte.</summary>
internal static class VerifyCommand
{
    public static Command Create(SessionStart start)
    {
        var command = new ExampleCommand(
            "verify",
            "Check every chain, checkpoint and segment of the workspace. Exit code 1 when something does not verify.",
            "otemporal verify",
            "otemporal verify --data ./state --json");
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var share = 0.0;
            Verification? found = null;
            var progress = new Latest(value => Volatile.Write(ref share, value));
            await ProgressBars.ShowAsync(session, "verify", () => Volatile.Read(ref share), async () => found = await target.VerifyAsync(progress, cancellationToken));
            Write(session.Answers, found!);
            return found!.IsVerified ? ExitCodes.Ok : ExitCodes.NotFound;
        });
        return command;
    }

    private static void Write(Answers answers, Verification found)
    {
        if (answers.IsJson)
        {
            answers.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("verified", found.IsVerified);
                WriteCounts(json, found);
                json.WriteString("fault", found.Fault);
                json.WriteEndObject();
            });
            return;
        }

        WriteCounts(answers, found, found.IsVerified ? "verified" : $"NOT verified: {found.Fault ?? "the verification did not finish"}");
    }

    /// <summary>Shows what a long piece of work came to.</summary>
    /// <param name="conclusion">The last line; not for JSON.</param>
    public static void WriteCounts(Answers answers, Verification found, string conclusion)
    {
        if (answers.IsJson)
        {
            answers.WriteJson(json =>
            {
                json.WriteStartObject();
                WriteCounts(json, found);
                json.WriteEndObject();
            });
            return;
        }

        var table = new Table().AddColumn("what").AddColumn("count", column => column.RightAligned());
        foreach (var (name, count) in found.Counts)
            table.AddRow(new Text(name), new Text(Words.Count(count)));
        answers.WriteTable(table);
        if (found.Savings is { Bytes: not 0 } saved)
        {
            answers.WriteLine($"saved: {Words.Bytes(saved.Bytes)}" + (saved.MoneyPerMonth is { } money
                ? $", {Money(money)} {saved.Currency} a month; moving costs {Money(saved.CostOnce ?? 0)} {saved.Currency} once"
                : ""));
        }

        answers.WriteLine(conclusion);
    }

    private static void WriteCounts(System.Text.Json.Utf8JsonWriter json, Verification found)
    {
        json.WriteStartObject("counts");
        foreach (var (name, count) in found.Counts)
            json.WriteNumber(name, count);
        json.WriteEndObject();
        if (found.Savings is { } saved)
        {
            json.WriteStartObject("savings");
            json.WriteNumber("bytes", saved.Bytes);
            if (saved is { MoneyPerMonth: { } money, CostOnce: { } cost })
            {
                json.WriteNumber("moneyPerMonth", money);
                json.WriteNumber("costOnce", cost);
                json.WriteString("currency", saved.Currency);
            }

            json.WriteEndObject();
        }
    }

    // Four digits that count, however little it is.
    private static string Money(double amount) => amount.ToString("G4", System.Globalization.CultureInfo.InvariantCulture);
}
