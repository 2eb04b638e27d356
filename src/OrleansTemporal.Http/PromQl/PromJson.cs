using System.Globalization;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.PromQl;

/// <summary>Answers in the envelope of the Prometheus HTTP API.</summary>
internal static class PromJson
{
    /// <summary>Begins an answer; its data follows.</summary>
    internal static JsonAnswer Begin()
    {
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("status"u8, "success"u8);
        answer.Writer.WritePropertyName("data"u8);
        return answer;
    }

    /// <summary>Ends an answer.</summary>
    internal static Task EndAsync(ApiRequest request, JsonAnswer answer, string? warning = null)
    {
        if (warning is not null)
        {
            answer.Writer.WriteStartArray("warnings"u8);
            answer.Writer.WriteStringValue(warning);
            answer.Writer.WriteEndArray();
        }

        answer.Writer.WriteEndObject();
        return Answers.SendAsync(request, answer);
    }

    /// <summary>Says what is wrong with a request.</summary>
    internal static Task RefuseAsync(ApiRequest request, TemporalException refusal)
    {
        var status = ProblemMapping.From(refusal, timedOut: false, writeStarted: false).Status;
        var answer = JsonAnswer.Rent();
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteString("status"u8, "error"u8);
        json.WriteString("errorType"u8, status switch { 400 => "bad_data", 404 => "not_found", _ => "execution" });
        json.WriteString("error"u8, refusal.Message);
        json.WriteString("code"u8, refusal.Code);
        if (refusal.Field is { } field)
        {
            json.WriteString("field"u8, field);
        }

        if (refusal.Limit is { } limit)
        {
            json.WriteNumber("limit"u8, limit);
        }

        json.WriteEndObject();
        return Answers.SendAsync(request, answer, status);
    }

    /// <summary>Writes the answer to a query and the moment of system time that it is the state of.</summary>
    internal static void WriteAnswer(JsonAnswer answer, PromAnswer found, AsOf asked)
    {
        var (json, result) = (answer.Writer, found.Result);
        json.WriteStartObject();
        json.WriteString("resultType"u8, result.Kind switch
        {
            PromResultKind.Scalar => "scalar",
            PromResultKind.Text => "string",
            PromResultKind.Vector => "vector",
            PromResultKind.Matrix => "matrix",
            _ => throw new ArgumentOutOfRangeException(nameof(found)),
        });
        json.WritePropertyName("result"u8);
        if (result.Kind == PromResultKind.Scalar)
        {
            WriteValue(json, result.Series[0].Times[0], result.Series[0].Values[0]);
        }
        else if (result.Text is { } text)
        {
            json.WriteStartArray();
            json.WriteNumberValue(0);
            json.WriteStringValue(text);
            json.WriteEndArray();
        }
        else
        {
            WriteSeries(json, result);
        }

        json.WriteEndObject();
        Answers.WriteAsOf(answer, found.SystemTime, asked);
    }

    /// <summary>Writes labels as an object.</summary>
    internal static void WriteLabels(Utf8JsonWriter json, PromLabels labels)
    {
        json.WriteStartObject();
        foreach (var (name, value) in labels.Pairs)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }

    private static void WriteSeries(Utf8JsonWriter json, PromResult result)
    {
        json.WriteStartArray();
        foreach (var series in result.Series)
        {
            json.WriteStartObject();
            json.WritePropertyName("metric"u8);
            WriteLabels(json, series.Labels);
            json.WritePropertyName(result.Kind == PromResultKind.Vector ? "value"u8 : "values"u8);
            if (result.Kind == PromResultKind.Vector)
            {
                WriteValue(json, series.Times[0], series.Values[0]);
            }
            else
            {
                json.WriteStartArray();
                for (var i = 0; i < series.Times.Length; i++)
                {
                    WriteValue(json, series.Times[i], series.Values[i]);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, long milliseconds, double value)
    {
        json.WriteStartArray();
        json.WriteRawValue((milliseconds / 1_000m).ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
        json.WriteStringValue(PromLiterals.Format(value));
        json.WriteEndArray();
    }
}
