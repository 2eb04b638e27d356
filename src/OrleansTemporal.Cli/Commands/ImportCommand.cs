using System.CommandLine;
using System.Diagnostics;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Import;
using OrleansTemporal.Rendering;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal import</c>: writes the rows of a file, each under a key of its own or as a point of a stream.</summary>
internal static class ImportCommand
{
    private const int ShownMax = 20;

    public static Command Create(SessionStart start)
    {
        var file = new Argument<string>("file") { Description = "A .json, .geojson, .ndjson, .jsonl or .csv file, or - for standard input." };
        var ns = new Option<string?>("--namespace", "-n") { Description = "The namespace to write documents to.", HelpName = "name" };
        var stream = new Option<string?>("--stream") { Description = "The stream to write points to, instead of a namespace.", HelpName = "name" };
        var time = new Option<string?>("--time") { Description = "Of a stream: the column with the event time. The other numbers are fields, the other texts tags.", HelpName = "column" };
        var tags = new Option<string?>("--tags") { Description = "Of a stream: columns that are tags although they hold numbers, with commas between them.", HelpName = "columns" };
        var keyField = new Option<string?>("--key-field") { Description = "Field that holds the key, dotted when nested; rows are numbered without it.", HelpName = "path" };
        var valueField = new Option<string?>("--value-field") { Description = "Field that holds the value; the whole row without it.", HelpName = "path" };
        var format = new Option<ImportFormat?>("--format") { Description = "json, ndjson or csv; by the file's name without it.", HelpName = "format" };
        var command = new ExampleCommand(
            "import",
            "Write every row of a file. JSON arrays, the features of GeoJSON, NDJSON and CSV are read row by row, whatever their size.",
            "otemporal import earthquakes.json --namespace quakes --key-field id",
            "otemporal import birdstrikes.csv -n strikes",
            "otemporal import weather.csv --stream weather --time date",
            "otemporal import users.ndjson -n users --key-field key --value-field value",
            "curl https://example.org/rows | otemporal import - --format ndjson -n rows --key-field meta.id")
        {
            file, ns, keyField, valueField, stream, time, tags, format,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var toStream = session.Get(stream);
            if ((session.Get(ns) is null) == (toStream is null))
                throw Advice.Refuse("Rows go either to a namespace (--namespace) or to a stream (--stream).");
            if ((toStream is null) != (session.Get(time) is null))
                throw Advice.Refuse("Points have an event time: --stream and --time belong together.");
            Names.Validate(toStream ?? session.Get(ns)!, toStream is null ? "namespace" : "stream");
            await using var source = ImportSource.Open(session.Get(file), session.Get(format), session.Terminal.Input);
            var target = await session.OpenAsync(cancellationToken, mayCreate: true);
            var report = new ImportReport();
            Func<Task> run = toStream is null
                ? () => new Importer(target, session.Get(ns)!, new ImportKeys(session.Get(keyField), session.Get(valueField)), report).RunAsync(source.ReadAsync(cancellationToken), cancellationToken)
                : () => new SeriesImporter(target, toStream, new SeriesColumns(session.Get(time)!, (session.Get(tags) ?? "").Split(',', StringSplitOptions.TrimEntries), source.IsText), report)
                    .RunAsync(source.ReadAsync(cancellationToken), cancellationToken);
            var began = Stopwatch.GetTimestamp();
            try
            {
                await ProgressBars.ShowAsync(
                    session,
                    $"import {Path.GetFileName(session.Get(file))}",
                    () => source.LengthBytes == 0 ? 0 : (double)source.PositionBytes / source.LengthBytes,
                    run);
            }
            catch (MalformedInputException error)
            {
                throw new TemporalException(
                    ErrorKind.Invalid, Advice.InputMalformed, $"{session.Get(file)}: {error.Message} {Words.Count(report.WrittenCount)} rows before it were written.", error);
            }
            catch (System.Text.DecoderFallbackException error)
            {
                throw new TemporalException(
                    ErrorKind.Invalid, Advice.InputMalformed, $"{session.Get(file)} is not UTF-8. {Words.Count(report.WrittenCount)} rows were written.", error);
            }

            Write(session, report, Stopwatch.GetElapsedTime(began));
            return report.RefusedCount == 0 ? ExitCodes.Ok : ExitCodes.Invalid;
        });
        return command;
    }

    internal static void Write(Session session, ImportReport report, TimeSpan elapsed)
    {
        var rate = report.WrittenCount / Math.Max(elapsed.TotalSeconds, 0.001);
        if (session.Answers.IsJson)
        {
            session.Answers.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("written", report.WrittenCount);
                json.WriteNumber("refused", report.RefusedCount);
                json.WriteStartArray("refusals");
                foreach (var (line, reason) in report.Refused)
                {
                    json.WriteStartObject();
                    json.WriteNumber("line", line);
                    json.WriteString("reason", reason);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 3));
                json.WriteEndObject();
            });
            return;
        }

        foreach (var (line, reason) in report.Refused.Take(ShownMax))
            session.Answers.Notice($"line {line}: {reason}");
        if (report.RefusedCount > ShownMax)
            session.Answers.Notice($"{Words.Count(report.RefusedCount - ShownMax)} more rows were refused; --json names up to {ImportReport.NamedMax}.");
        session.Answers.WriteLine(
            $"{Words.Count(report.WrittenCount)} rows written, {Words.Count(report.RefusedCount)} refused, {Words.Duration(elapsed)}, {Words.Count((long)rate)} rows/s");
    }
}
