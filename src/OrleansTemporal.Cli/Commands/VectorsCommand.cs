using System.CommandLine;
using System.Diagnostics;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Import;
using OrleansTemporal.Rendering;
using OrleansTemporal.Vectors;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal vectors</c>: collections of vectors and their nearest neighbours.</summary>
internal static class VectorsCommand
{
    private const int ExcerptLength = 60;

    public static Command Create(SessionStart start) => new ExampleCommand(
        "vectors",
        "Keep vectors, and find the nearest ones, now or as of any moment.",
        "otemporal vectors create pages --dimensions 768 --metric cosine --model text-3",
        "otemporal vectors import pages pages.ndjson --id-field url --vector-field embedding --metadata-field page",
        "otemporal vectors search pages @query.json -k 5 --where lang=en")
    {
        Make(start), Put(start), Search(start), Import(start), VectorsExportCommand.Create(start),
    };

    private static Argument<string> Collection() => new("collection") { Description = "Name of the collection." };

    private static ExampleCommand Make(SessionStart start)
    {
        var collection = Collection();
        var dimensions = new Option<int>("--dimensions", "-d") { Description = "Values of a vector.", HelpName = "count", Required = true };
        var metric = new Option<string>("--metric") { Description = "cosine, l2 or dot.", DefaultValueFactory = static _ => "cosine" };
        metric.AcceptOnlyFromAmong("cosine", "l2", "dot");
        var model = new Option<string>("--model") { Description = "The model that the vectors come from.", DefaultValueFactory = static _ => "" };
        var neighbours = new Option<int>("--m") { Description = "Neighbours of a vector in the index.", DefaultValueFactory = static _ => VectorSettings.NeighboursDefault };
        var width = new Option<int>("--ef-construction") { Description = "Candidates for the neighbours of a new vector.", DefaultValueFactory = static _ => VectorSettings.ConstructionWidthDefault };
        var form = new Option<string>("--quantization") { Description = "none, or int8: searches compare bytes first.", DefaultValueFactory = static _ => "none" };
        form.AcceptOnlyFromAmong("none", "int8");
        var partitions = new Option<int>("--partitions") { Description = "Agents that the vectors are spread over.", DefaultValueFactory = static _ => 1 };
        var command = new ExampleCommand(
            "create",
            "Make a collection; what it is never changes.",
            "otemporal vectors create faces --dimensions 128 --metric l2",
            "otemporal vectors create pages --dimensions 768 --quantization int8 --partitions 4")
        {
            collection, dimensions, metric, model, neighbours, width, form, partitions,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var settings = new VectorSettings
            {
                Dimensions = session.Get(dimensions),
                Metric = VectorSettingsJson.TryParseMetric(session.Get(metric), out var chosen) ? chosen : default,
                Model = session.Get(model)!,
                Neighbours = session.Get(neighbours),
                ConstructionWidth = session.Get(width),
                Quantization = VectorSettingsJson.TryParseQuantization(session.Get(form), out var chosenForm) ? chosenForm : default,
                Partitions = session.Get(partitions),
            };
            var target = await session.OpenAsync(cancellationToken, mayCreate: true);
            var isNew = await target.CreateCollectionAsync(session.Get(collection), settings, cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("name", session.Get(collection));
                    VectorSettingsJson.WriteMembers(json, settings);
                    json.WriteEndObject();
                });
            else
                session.Answers.WriteLine($"{(isNew ? "created" : "exists already:")} {session.Get(collection)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Put(SessionStart start)
    {
        var collection = Collection();
        var id = new Argument<string>("id") { Description = "Id of the vector." };
        var vector = new Argument<string>("vector") { Description = "A JSON array of numbers, @file, or - for standard input (the default).", DefaultValueFactory = static _ => "-" };
        var metadata = new Option<string?>("--metadata") { Description = "A JSON object, or @file.", HelpName = "json" };
        var causes = new Option<string[]>("--cause") { Description = "A write that this one follows from; may be given several times.", HelpName = "writeId" };
        var command = new ExampleCommand(
            "put",
            "Write a vector; its earlier versions stay readable.",
            "otemporal vectors put faces ada '[0.1,0.7]' --metadata '{\"name\":\"Ada\"}'")
        {
            collection, id, vector, metadata, causes,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var operation = new VectorOperation
            {
                Id = session.Get(id),
                Vector = VectorFields.Parse(await ValueArgument.ReadAsync(session.Get(vector), session.Terminal.Input, cancellationToken)),
                Metadata = session.Get(metadata) is { } text ? await ValueArgument.ReadAsync(text, session.Terminal.Input, cancellationToken) : default,
            };
            var target = await session.OpenAsync(cancellationToken);
            await target.WriteVectorsAsync(session.Get(collection), [operation], [.. (session.Get(causes) ?? []).Select(WriteId.Parse)], cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("written", session.Get(id));
                    json.WriteEndObject();
                });
            else
                session.Answers.WriteLine($"written {session.Get(id)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Search(SessionStart start)
    {
        var collection = Collection();
        var vector = new Argument<string>("vector") { Description = "A JSON array of numbers, @file, or - for standard input (the default).", DefaultValueFactory = static _ => "-" };
        var count = new Option<int>("-k") { Description = "How many to find.", DefaultValueFactory = static _ => VectorQuery.CountDefault };
        var mode = new Option<string>("--mode") { Description = "auto, fast, thorough or exact.", DefaultValueFactory = static _ => "auto" };
        mode.AcceptOnlyFromAmong("auto", "fast", "thorough", "exact");
        var width = new Option<int>("--ef") { Description = "Candidates to follow; what the mode says when 0." };
        var threshold = new Option<double?>("--threshold") { Description = "Least score.", HelpName = "score" };
        var near = new Option<string?>("--near") { Description = "Prefer vectors that share causal history with this one.", HelpName = "id" };
        var weight = new Option<double>("--near-weight") { Description = "How much that counts, 0 to 1.", DefaultValueFactory = static _ => VectorCausal.WeightDefault };
        var (where, filter) = Conditions.Options();
        var asOf = Moments.AsOfOption("--as-of", "The moment to answer for; now when left out.");
        var command = new ExampleCommand(
            "search",
            "Find the nearest vectors, the best first.",
            "otemporal vectors search faces '[0.1,0.7]' -k 3",
            "otemporal vectors search faces @query.json --where name=Ada --as-of 2026-01-02",
            "otemporal vectors search pages @query.json --near home --near-weight 0.3")
        {
            collection, vector, count, mode, width, threshold, near, weight, where, filter, asOf,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var condition = Conditions.All(session.Get(filter), session.Get(where) ?? []);
            var query = new VectorQuery
            {
                Vector = VectorFields.Parse(await ValueArgument.ReadAsync(session.Get(vector), session.Terminal.Input, cancellationToken)),
                Count = session.Get(count),
                Mode = VectorModes.TryParse(session.Get(mode), out var chosen) ? chosen : default,
                Width = session.Get(width),
                Threshold = session.Get(threshold),
                Filter = condition is null ? default : Encoding.UTF8.GetBytes(condition.ToJsonString(Conditions.Relaxed)),
                AsOf = session.Get(asOf),
                Causal = session.Get(near) is { } id ? new VectorCausal { Near = id, Weight = session.Get(weight) } : null,
            };
            var target = await session.OpenAsync(cancellationToken);
            var answer = await target.SearchVectorsAsync(session.Get(collection), query, cancellationToken);
            var table = new Table().AddColumns("id", "score", "distance", "metadata");
            await Limiting.ShowAsync(session, answer.Matches.ToAsyncEnumerable(), 0, JsonShapes.WriteMatch, table, static match =>
                [match.Id, $"{match.Score:0.######}", $"{match.Distance:0.######}", Rendering.Documents.Excerpt(match.Metadata, ExcerptLength)]);
            session.Answers.Notice($"{Words.Count(answer.Matches.Length)} found; mode {VectorModes.NameOf(answer.Mode)}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Import(SessionStart start)
    {
        var collection = Collection();
        var file = new Argument<string>("file") { Description = "A .json, .ndjson or .jsonl file, or - for standard input." };
        var idField = new Option<string>("--id-field") { Description = "Field that holds the id.", DefaultValueFactory = static _ => "id" };
        var vectorField = new Option<string>("--vector-field") { Description = "Field that holds the values.", DefaultValueFactory = static _ => "vector" };
        var metadataField = new Option<string>("--metadata-field") { Description = "Field that holds the metadata.", DefaultValueFactory = static _ => "metadata" };
        var format = new Option<ImportFormat?>("--format") { Description = "json or ndjson; by the file's name without it.", HelpName = "format" };
        var command = new ExampleCommand(
            "import",
            "Write a vector for every row of a file.",
            "otemporal vectors import pages pages.ndjson --id-field url --vector-field embedding")
        {
            collection, file, idField, vectorField, metadataField, format,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            await using var source = ImportSource.Open(session.Get(file), session.Get(format), session.Terminal.Input);
            var target = await session.OpenAsync(cancellationToken);
            var report = new ImportReport();
            var fields = new VectorFields(session.Get(idField)!, session.Get(vectorField)!, session.Get(metadataField)!);
            var began = Stopwatch.GetTimestamp();
            try
            {
                await new VectorImporter(target, session.Get(collection), fields, report).RunAsync(source.ReadAsync(cancellationToken), cancellationToken);
            }
            catch (MalformedInputException error)
            {
                throw new TemporalException(
                    ErrorKind.Invalid, Advice.InputMalformed, $"{session.Get(file)}: {error.Message} {Words.Count(report.WrittenCount)} rows before it were written.", error);
            }

            ImportCommand.Write(session, report, Stopwatch.GetElapsedTime(began));
            return report.RefusedCount == 0 ? ExitCodes.Ok : ExitCodes.Invalid;
        });
        return command;
    }
}
