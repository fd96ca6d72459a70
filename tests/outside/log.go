// Checks a log, or proofs under one, with golang.org/x/mod/sumdb alone: what it calls wrong is wrong
// for every reader of such logs.
//
//	log.go log FOLDER [OLDER-CHECKPOINT]   head, root, every tile and entry, that it was added to only
//	log.go proofs KEY CHECKPOINT FILE...   each FILE.json is under the head by its FILE.tlog-proof
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) < 3 {
		fail("usage: log.go log FOLDER [CHECKPOINT] | proofs KEY CHECKPOINT FILE...")
	}
	switch os.Args[1] {
	case "log":
		log(os.Args[2], os.Args[3:])
	case "proofs":
		proofs(os.Args[2], os.Args[3], os.Args[4:])
	default:
		fail("unknown act")
	}
}

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func read(path string) []byte {
	bytes, err := os.ReadFile(path)
	if err != nil {
		fail("%v", err)
	}
	return bytes
}

// head opens a checkpoint by the key and reads its three lines. tlog.ParseTree wants the Go
// checksum database's own first line, so that these are put into that form.
func head(key, checkpoint []byte) tlog.Tree {
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	if err != nil {
		fail("key: %v", err)
	}
	opened, err := note.Open(checkpoint, note.VerifierList(verifier))
	if err != nil {
		fail("checkpoint: %v", err)
	}
	lines := strings.SplitN(opened.Text, "\n", 4)
	if len(lines) < 4 || lines[0] != verifier.Name() {
		fail("checkpoint: not of %s", verifier.Name())
	}
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + lines[1] + "\n" + lines[2] + "\n"))
	if err != nil {
		fail("checkpoint: %v", err)
	}
	return tree
}

// tiles reads tiles where C2SP has them: without the height in their path.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range list {
		path := strings.TrimPrefix(tile.Path(), "tile/8/")
		bytes, err := os.ReadFile(filepath.Join(t.folder, "tile", path))
		if err != nil {
			return nil, err
		}
		all = append(all, bytes)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func log(folder string, older []string) {
	key := read(filepath.Join(folder, "key"))
	tree := head(key, read(filepath.Join(folder, "checkpoint")))
	hashes := tlog.TileHashReader(tree, tiles{folder})
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	index := int64(0)
	for bundle := int64(0); bundle*256 < tree.N; bundle++ {
		width := tree.N - bundle*256
		if 256 < width {
			width = 256
		}
		path := tlog.Tile{H: 8, L: 0, N: bundle, W: int(width)}.Path()
		path = strings.Replace(strings.TrimPrefix(path, "tile/8/"), "0/", "entries/", 1)
		bytes := read(filepath.Join(folder, "tile", path))
		for 0 < len(bytes) {
			length := int(binary.BigEndian.Uint16(bytes))
			entry := bytes[2 : 2+length]
			bytes = bytes[2+length:]
			added, err := tlog.StoredHashes(index, entry, reader)
			if err != nil {
				fail("entry %d: %v", index, err)
			}
			stored = append(stored, added...)
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				fail("entry %d: %v", index, err)
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				fail("entry %d: %v", index, err)
			}
			index++
		}
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil || index != tree.N || root != tree.Hash {
		fail("the root of %d entries is not that of the head (%d): %v", index, tree.N, err)
	}
	for _, path := range older {
		before := head(key, read(path))
		proof, err := tlog.ProveTree(tree.N, before.N, hashes)
		if err != nil {
			fail("%s: %v", path, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash); err != nil {
			fail("%s: %v", path, err)
		}
	}
	fmt.Printf("%d entries\n", tree.N)
}

func proofs(key, checkpoint string, files []string) {
	keyText, note := read(key), read(checkpoint)
	tree := head(keyText, note)
	for _, file := range files {
		entry := read(file + ".json")
		parts := strings.SplitN(string(read(file+".tlog-proof")), "\n\n", 2)
		lines := strings.Split(parts[0], "\n")
		if len(parts) != 2 || parts[1] != string(note) || lines[0] != "c2sp.org/tlog-proof@v1" {
			fail("%s: no proof under this head", file)
		}
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
		if err != nil {
			fail("%s: %v", file, err)
		}
		var proof tlog.RecordProof
		for _, line := range lines[2:] {
			bytes, err := base64.StdEncoding.DecodeString(line)
			if err != nil || len(bytes) != tlog.HashSize {
				fail("%s: %v", file, err)
			}
			var hash tlog.Hash
			copy(hash[:], bytes)
			proof = append(proof, hash)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
			fail("%s: %v", file, err)
		}
	}
	fmt.Printf("%d proofs\n", len(files))
}
