using System.CommandLine;
using System.Text.Json;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal vectors export</c>: the vectors of a collection at one moment, as rows that can be imported.</summary>
internal static class VectorsExportCommand
{
    public static Command Create(SessionStart start)
    {
        var collection = new Argument<string>("collection") { Description = "Name of the collection." };
        var asOf = Moments.AsOfOption("--as-of", "The moment to export; now when left out.");
        var command = new ExampleCommand(
            "export",
            "Print the vectors of a collection as they were at one moment, an object with id, vector and metadata on each line.",
            "otemporal vectors export pages > pages.ndjson",
            "otemporal vectors export pages --as-of 2026-01-02 | otemporal vectors import copy -")
        {
            collection, asOf,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await foreach (var vector in target.VectorsAsync(session.Get(collection)!, session.Get(asOf), cancellationToken))
                session.Answers.WriteJson(json => Write(json, vector));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Write(Utf8JsonWriter json, VectorOperation vector)
    {
        json.WriteStartObject();
        json.WriteString("id", vector.Id);
        json.WriteStartArray("vector");
        foreach (var value in vector.Vector.Span)
            json.WriteNumberValue(value);
        json.WriteEndArray();
        if (!vector.Metadata.IsEmpty)
        {
            json.WritePropertyName("metadata");
            json.WriteRawValue(vector.Metadata.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
    }
}
