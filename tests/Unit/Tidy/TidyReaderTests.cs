namespace EdgeNode.Tests.Unit.Tidy;

/// <summary>The reader behind the ratchet is code too: what it finds in a source written to mislead it.</summary>
public sealed class TidyReaderTests
{
    const string Misleading = """"
        namespace X;
        public sealed record Pair(int Left = 1, int Right = 2) : Base(Left)
        {
            static readonly string[] Words = ["{", "}}", @"c:\{", """ { " { """];
            readonly Dictionary<string, int> _data = new()
            {
                ["a"] = 1,
            };

            // a { brace in a comment
            public (int A, int B) Tuple(int size = 3)
            {
                var text = $"{Words[0]} {{ {string.Join("}", Words)} '";
                return ('{' == text[0]) ? (1, 2) : (3, 4);
            }

            [Obsolete("{")]
            public int Size
            {
                get { return 1; }
                private set
                {
                    /* } */
                    _ = value;
                }
            }

            public static bool operator ==(Pair left, int right)
            {
                return left.Left == right;
            }

            public T Make<T>(T seed = default)
                where T : class, new() =>
                seed switch
                {
                    null => new T(),
                    _ => seed,
                };

            public string Verbatim() => @"a "" { b";

            public string Raw(int x) =>
                $$"""
                { {{x}} { {{Words.Select(w => w switch { "}" => 1, _ => 2 })}} }
                """;
        }
        """";

    [Fact]
    public void Finds_every_member_and_its_lines_where_braces_hide_in_text()
    {
        var found = Members.Of(Misleading).Select(m => $"{m.Name} {m.Line}+{m.Lines}");

        Assert.Equal(["Tuple 11+5", "get 20+1", "set 21+5", "operator== 28+4", "Make 33+7", "Verbatim 41+1", "Raw 43+4"], found);
    }

    [Fact]
    public void Blanks_text_and_keeps_every_line_and_column()
    {
        var code = CSharpText.Blank(Misleading);

        Assert.Equal(Misleading.Length, code.Length);
        Assert.Equal(Misleading.Count(c => c == '\n'), code.Count(c => c == '\n'));
        Assert.Equal(code.Count(c => c == '{'), code.Count(c => c == '}'));
        Assert.DoesNotContain("comment", code, StringComparison.Ordinal);
        Assert.DoesNotContain("Obsolete(\"", code, StringComparison.Ordinal);
    }
}
