using System.Runtime.CompilerServices;
using System.Text.Json;

namespace OrleansTemporal.Import;

/// <summary>
/// Reads the elements of an array, or the <c>features</c> of a GeoJSON FeatureCollection, one after the other: memory
/// holds one element, whatever the size of the file.
/// </summary>
internal sealed class JsonRowReader(InputWindow window)
{
    // Deeper rows than the service takes must still be stepped over, to be refused one by one.
    private const int DepthMax = 1_000;

    private JsonReaderState state = new(new JsonReaderOptions { MaxDepth = DepthMax });
    private bool isInObject;

    private enum Step
    {
        NeedMore,
        Element,
        End,
    }

    public async IAsyncEnumerable<ImportRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!TryEnterArray())
            await MoreAsync("the file ends before its rows begin.", cancellationToken);

        while (true)
        {
            var step = TryElement(out var row);
            if (step == Step.End)
                break;
            if (step == Step.Element)
                yield return row!;
            else
                await MoreAsync("the file ends in the middle of its rows.", cancellationToken);
        }

        while (!TryFinish())
            await MoreAsync("the file ends before it is complete.", cancellationToken);
    }

    // One token, or one member that isn't the rows, at a time: every call starts from the last state that was complete.
    private bool TryEnterArray() => Guard(() =>
    {
        while (true)
        {
            var reader = Reader();
            if (!reader.Read())
                return false;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var isRows = reader.ValueTextEquals("features"u8);
                if (!reader.Read() || (!(isRows && reader.TokenType == JsonTokenType.StartArray) && !reader.TrySkip()))
                    return false;
                Commit(reader);
                if (isRows && reader.TokenType == JsonTokenType.StartArray)
                    return true;
                continue;
            }

            var isRoot = !isInObject;
            if (isRoot && reader.TokenType == JsonTokenType.StartArray)
            {
                Commit(reader);
                return true;
            }

            if (!isRoot || reader.TokenType != JsonTokenType.StartObject)
                throw new MalformedInputException(window.Line, "neither an array of rows nor a FeatureCollection with features; one JSON value on each line is --format ndjson.");
            isInObject = true;
            Commit(reader);
        }
    });

    private Step TryElement(out ImportRow? row)
    {
        ImportRow? found = null;
        var step = Guard(() =>
        {
            var reader = Reader();
            if (!reader.Read())
                return Step.NeedMore;
            if (reader.TokenType == JsonTokenType.EndArray)
            {
                Commit(reader);
                return Step.End;
            }

            var first = (int)reader.TokenStartIndex;
            if (!reader.TrySkip())
                return Step.NeedMore;
            var line = window.Line + window.Span[..first].Count((byte)'\n');
            found = new ImportRow(line, window.Span[first..(int)reader.BytesConsumed].ToArray(), null);
            Commit(reader);
            return Step.Element;
        });
        row = found;
        return step;
    }

    // Reads to the very end, so that a file cut short is never taken for a whole one.
    private bool TryFinish() => Guard(() =>
    {
        while (true)
        {
            var reader = Reader();
            if (!reader.Read())
                return window.IsLast;
            if (reader.TokenType == JsonTokenType.PropertyName && (!reader.Read() || !reader.TrySkip()))
                return false;
            Commit(reader);
        }
    });

    private Utf8JsonReader Reader() => new(window.Span, window.IsLast, state);

    private void Commit(in Utf8JsonReader reader)
    {
        state = reader.CurrentState;
        window.Take((int)reader.BytesConsumed);
    }

    private async ValueTask MoreAsync(string atEnd, CancellationToken cancellationToken)
    {
        if (window.IsLast)
            throw new MalformedInputException(window.Line, atEnd);
        await window.ReadMoreAsync(cancellationToken);
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException error)
        {
            throw new MalformedInputException((error.LineNumber ?? 0) + 1, $"no JSON: {Sentence(error)}", error);
        }
    }

    private static string Sentence(JsonException error)
    {
        var cut = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return cut < 0 ? error.Message : error.Message[..cut];
    }
}
