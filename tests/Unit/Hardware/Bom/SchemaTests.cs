using System.Text.Json;
using EdgeNode.Tests.Unit.Tidy;

namespace EdgeNode.Tests.Unit.Hardware.Bom;

/// <summary>The shipped files hold to their schemas: the part of JSON Schema that those use (type, enum, const, required, properties, items, $ref).</summary>
public sealed class SchemaTests
{
    [Fact]
    public void Every_bill_and_stock_list_fits_its_schema()
    {
        var faults = new List<string>();
        foreach (var file in Tree.Files.Where(f => f.StartsWith("hw-bom/", StringComparison.Ordinal) && !f.Contains("/schema/")))
        {
            var schema = Load(file.Contains("/stock/") ? "hw-bom/schema/stock.schema.json" : "hw-bom/schema/bom.schema.json");
            Check(Load(file), schema, schema, file, faults);
        }
        Tree.NoneOf(faults);
    }

    [Fact]
    public void The_check_finds_what_does_not_fit()
    {
        var schema = Load("hw-bom/schema/stock.schema.json");
        var faults = new List<string>();
        using var wrong = JsonDocument.Parse("""{"schema":"x","items":[{"ref":1,"colour":"red"}]}""");
        Check(wrong.RootElement, schema, schema, "wrong", faults);
        Assert.Equal(7, faults.Count);
    }

    static JsonElement Load(string file) => JsonDocument.Parse(File.ReadAllBytes(Tree.PathOf(file))).RootElement;

    static void Check(JsonElement value, JsonElement schema, JsonElement root, string at, List<string> faults)
    {
        if (schema.TryGetProperty("$ref", out var reference))
            schema = root.GetProperty("$defs").GetProperty(reference.GetString()!.Split('/')[^1]);
        if (schema.TryGetProperty("const", out var only) && only.GetString() != value.GetString())
            faults.Add($"{at} is not {only}.");
        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(w => w.GetString() == value.GetString()))
            faults.Add($"{at}: {value} is none of {words}.");
        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(t => Is(value, t)))
            faults.Add($"{at}: {value} is no {type}.");
        else if (value.ValueKind == JsonValueKind.Object)
            CheckObject(value, schema, root, at, faults);
        else if (value.ValueKind == JsonValueKind.Array)
            foreach (var (index, item) in value.EnumerateArray().Index())
                Check(item, schema.GetProperty("items"), root, $"{at}[{index}]", faults);
    }

    static void CheckObject(JsonElement value, JsonElement schema, JsonElement root, string at, List<string> faults)
    {
        if (schema.TryGetProperty("required", out var required))
            faults.AddRange(
                required.EnumerateArray().Where(r => !value.TryGetProperty(r.GetString()!, out _)).Select(r => $"{at} lacks {r}.")
            );
        var known = schema.GetProperty("properties");
        foreach (var property in value.EnumerateObject())
        {
            if (known.TryGetProperty(property.Name, out var inner))
                Check(property.Value, inner, root, $"{at}.{property.Name}", faults);
            else
                faults.Add($"{at}: {property.Name} is not in the schema.");
        }
    }

    static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    static bool Is(JsonElement value, string type) =>
        (type, value.ValueKind) switch
        {
            ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) => true,
            ("null", JsonValueKind.Null) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
            ("number", JsonValueKind.Number) => true,
            ("integer", JsonValueKind.Number) => value.TryGetInt64(out _),
            _ => false,
        };
}
