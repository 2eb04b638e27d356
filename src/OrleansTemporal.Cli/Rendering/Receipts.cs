using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Rendering;

/// <summary>What a write answers, on one line.</summary>
internal static class Receipts
{
    public static void Write(Answers answers, KvWriteResult result, string key, string what)
    {
        if (answers.IsJson)
            answers.WriteJson(json => JsonShapes.WriteReceipt(json, result, key));
        else
            answers.WriteLine($"{what} {Words.Excerpt(key, 80)}  sequence {result.Receipt.Sequence}  {result.Receipt.SystemTime}  write {result.Outcomes[0].WriteId}");
    }

    /// <summary>What a write that is no document's answers.</summary>
    public static void Write(Answers answers, Receipt receipt, string what)
    {
        if (answers.IsJson)
            answers.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("agent", receipt.Agent.ToString());
                json.WriteNumber("sequence", receipt.Sequence);
                json.WriteString("systemTime", receipt.SystemTime.ToString());
                json.WriteString("root", receipt.Root.ToString());
                json.WriteEndObject();
            });
        else
            answers.WriteLine($"{what}  sequence {receipt.Sequence}  {receipt.SystemTime}");
    }
}
